using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>
/// Two claims of one root and the files that both want. Parts of a repo do not exclude each other; files do.
/// </summary>
public abstract class CollidingContract(Target target) : ContractTest(target)
{
    [Theory]
    [InlineData("a.cs", "a.cs", true)]
    [InlineData("a.cs", "A.cs", false)]
    [InlineData("src/", "src/a.cs", true)]
    [InlineData("src/", "src/deep/down/a.cs", true)]
    [InlineData("src/", "srcs/a.cs", false)]
    [InlineData("src", "src/a.cs", false)]
    [InlineData("src/*.cs", "src/a.cs", true)]
    [InlineData("src/*.cs", "src/deep/a.cs", false)]
    [InlineData("src/*.cs", "src/*.md", false)]
    [InlineData("a*", "*b", true)]
    [InlineData("a*c", "ab*", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a?c", "a🌍c", true)]
    [InlineData("**/x.cs", "x.cs", true)]
    [InlineData("**/x.cs", "a/b/c/x.cs", true)]
    [InlineData("src/**/t.cs", "src/t.cs", true)]
    [InlineData("a/**", "a", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("**/a/*.cs", "b/**/c.cs", true)]
    [InlineData("**/a/*.cs", "b/*.cs", false)]
    [InlineData("**", "anything/at/all", true)]
    [InlineData("e\u0301.txt", "\u00e9.txt", true)]
    [InlineData("./a//b", "a/b", true)]
    [InlineData("*/b", "a/*", true)]
    [InlineData("docs/*.md", "docs/", true)]
    public async Task Two_declarations_collide_where_they_can_name_the_same_file(
        string held, string wanted, bool collide)
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", held)).Expect(200, "updated");
        (await agent.DeclareAsync(two, "edit", wanted)).Expect(collide ? 409 : 200);
        (await agent.DeclareAsync(one, "edit", "elsewhere")).Expect(200, "updated");
        (await agent.DeclareAsync(two, "edit", wanted)).Expect(200, "updated");
        (await agent.DeclareAsync(one, "edit", held)).Expect(collide ? 409 : 200);
    }

    [Theory]
    [InlineData("edit", "edit", true)]
    [InlineData("edit", "delete", true)]
    [InlineData("delete", "edit", true)]
    [InlineData("delete", "delete", true)]
    [InlineData("read", "edit", false)]
    [InlineData("read", "delete", false)]
    [InlineData("edit", "read", false)]
    [InlineData("delete", "read", false)]
    [InlineData("read", "read", false)]
    public async Task Editing_and_deleting_exclude_and_reading_does_not(string held, string wanted, bool collide)
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, held, "src/")).Expect(200, "updated");
        (await agent.DeclareAsync(two, wanted, "src/a.cs")).Expect(collide ? 409 : 200);
    }

    [Fact]
    public async Task A_refusal_says_which_paths_who_holds_them_and_until_when()
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "src/", "docs/*.md")).Expect(200);
        var refused = (await agent.DeclareAsync(two, "delete", "src/a.cs", "docs/readme.md"))
            .ExpectError(409, "blocked");
        Assert.Equal(
            ["action", "error", "claimed_paths", "blocked_paths", "blocked", "retry_after", "message", "request_id"],
            refused.Json.Members().Order(new ByPlace()));
        Assert.Equal("blocked", refused["action"].Text());
        Assert.Empty(refused["claimed_paths"].Texts());
        Assert.Equal(["src/a.cs", "docs/readme.md"], refused["blocked_paths"].Texts());
        Assert.Equal(["path", "blocking_claim", "blocking_path"], refused["blocked.0"].Members());
        Assert.Equal(
            ("src/a.cs", "src/"), (refused["blocked.0.path"].Text(), refused["blocked.0.blocking_path"].Text()));
        Assert.Equal(
            ("docs/readme.md", "docs/*.md"),
            (refused["blocked.1.path"].Text(), refused["blocked.1.blocking_path"].Text()));
        Assert.Equal(one.Id, refused["blocked.0.blocking_claim.id"].Text());
        Assert.True(refused["blocked.0.blocking_claim.owned_by_you"].Flag());
        Assert.Equal(one.ExpiresAt, refused["retry_after"].Time());
        var seconds = int.Parse(refused.Header("Retry-After")!, CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 590, 601);
    }

    [Fact]
    public async Task A_refused_declaration_changes_nothing()
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200);
        (await agent.DeclareAsync(two, "edit", "docs/", "readme.md")).Expect(200);
        (await agent.DeclareAsync(two, "edit", "src/a.cs")).ExpectError(409, "blocked");
        (await agent.ChangeDeclaredAsync(two, "add", "edit", "src/a.cs", "src/b.cs")).ExpectError(409, "blocked");
        (await agent.DeclareAsync(two, "delete", "src/a.cs")).ExpectError(409, "blocked");
        var set = (await agent.ReadAsync(two)).At("working_set");
        Assert.Equal("edit", set.At("mode").Text());
        Assert.Equal(["docs/", "readme.md"], set.At("paths").Texts());
        (await agent.DeclareAsync(one, "edit", "docs/x")).ExpectError(409, "blocked");
    }

    [Fact]
    public async Task What_is_free_is_granted_and_the_rest_is_named()
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200);
        (await agent.DeclareAsync(two, "edit", "old.md")).Expect(200);
        var partial = (await agent.DeclareAsync(two, "edit", "docs/", "src/a.cs")).Expect(200, "partial_proceed");
        Assert.Equal(
            ["action", "claim_id", "working_set", "claimed_paths", "blocked_paths", "blocked", "warnings"],
            partial.Json.Members().Order(new ByPlace()));
        Assert.Equal(["docs/"], partial["claimed_paths"].Texts());
        Assert.Equal(["src/a.cs"], partial["blocked_paths"].Texts());
        Assert.Equal(one.Id, partial["blocked.0.blocking_claim.id"].Text());
        Assert.Equal(["docs/"], partial["working_set.paths"].Texts());
        (await agent.DeclareAsync(one, "edit", "old.md")).Expect(200, "updated");
    }

    [Fact]
    public async Task An_addition_in_part_keeps_what_was_held()
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200);
        (await agent.DeclareAsync(two, "edit", "docs/")).Expect(200);
        var partial = (await agent.ChangeDeclaredAsync(two, "add", "edit", "src/a.cs", "readme.md"))
            .Expect(200, "partial_proceed");
        Assert.Equal(["docs/", "readme.md"], partial["working_set.paths"].Texts());
        Assert.Equal(["readme.md"], partial["claimed_paths"].Texts());
    }

    [Fact]
    public async Task A_reader_is_told_of_editors()
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "src/*.cs")).Expect(200);
        var read = (await agent.DeclareAsync(two, "read", "src/", "docs/")).Expect(200, "updated");
        Assert.Equal(["src/", "docs/"], read["claimed_paths"].Texts());
        Assert.Empty(read["blocked_paths"].Texts());
        var warning = Assert.Single(read["warnings"].EnumerateArray());
        Assert.Equal(["path", "message", "blocking_claim", "blocking_path"], warning.Members());
        Assert.Equal(("src/", "src/*.cs"), (warning.At("path").Text(), warning.At("blocking_path").Text()));
        Assert.Equal(one.Id, warning.At("blocking_claim.id").Text());
        var edit = (await agent.DeclareAsync(one, "edit", "src/*.cs")).Expect(200, "updated");
        Assert.Empty(edit["warnings"].EnumerateArray());
    }

    [Fact]
    public async Task A_declaration_does_not_collide_with_the_claims_own()
    {
        var (agent, one, _) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200, "updated");
        (await agent.DeclareAsync(one, "edit", "src/a.cs", "src/")).Expect(200, "updated");
        (await agent.ChangeDeclaredAsync(one, "add", "edit", "src/b.cs")).Expect(200, "updated");
    }

    [Fact]
    public async Task Other_roots_and_other_workspaces_do_not_collide()
    {
        var (agent, one, _) = await TwoPartsAsync();
        var elsewhere = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(one, "edit", "src/")).Expect(200);
        (await agent.DeclareAsync(elsewhere, "edit", "src/")).Expect(200, "updated");
    }

    [Fact]
    public async Task What_ends_lets_its_files_go()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (one, two, three) = (
            await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two", 5),
            await agent.HoldAsync($"project:{key}#three"));
        (await agent.DeclareAsync(one, "edit", "a")).Expect(200);
        (await agent.DeclareAsync(two, "edit", "b")).Expect(200);
        (await agent.DeclareAsync(three, "edit", "a", "b")).ExpectError(409, "blocked");
        (await agent.FinishAsync(one)).Expect(200);
        (await agent.DeclareAsync(three, "edit", "a")).Expect(200, "updated");
        await Eventually.PassedAsync(two.ExpiresAt);
        (await agent.DeclareAsync(three, "edit", "a", "b")).Expect(200, "updated");
    }

    [Fact]
    public async Task Removing_and_replacing_let_go_at_once()
    {
        var (agent, one, two) = await TwoPartsAsync();
        (await agent.DeclareAsync(one, "edit", "a", "b", "c")).Expect(200);
        (await agent.ChangeDeclaredAsync(one, "remove", "edit", "a")).Expect(200);
        (await agent.DeclareAsync(two, "edit", "a")).Expect(200, "updated");
        (await agent.DeclareAsync(one, "edit", "c")).Expect(200);
        (await agent.ChangeDeclaredAsync(two, "add", "edit", "b")).Expect(200, "updated");
        (await agent.ChangeDeclaredAsync(two, "add", "edit", "c")).ExpectError(409, "blocked");
    }

    [Fact]
    public async Task A_refusal_names_the_other_agent_that_holds_the_files()
    {
        var (holder, agent) = (await NewAgentAsync(), await NewAgentAsync());
        var key = $"owner/{Unique.Name()}";
        var (one, two) = (await holder.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
        (await holder.DeclareAsync(one, "edit", "src/")).Expect(200, "updated");
        var refused = (await agent.DeclareAsync(two, "edit", "src/a.cs")).ExpectError(409, "blocked");
        var blocking = refused["blocked.0.blocking_claim"];
        Assert.Equal((holder.Id, holder.Name), (blocking.At("agent_id").Text(), blocking.At("agent_name").Text()));
        Assert.Equal(($"{key}#one", 100L), (blocking.At("resource_key").Text(), blocking.At("priority").Number()));
        Assert.False(blocking.At("owned_by_you").Flag());
    }

    /// <summary>An agent with a claim on each of two parts of one repo.</summary>
    private async Task<(Agent Agent, Held One, Held Two)> TwoPartsAsync()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        return (agent, await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
    }

    /// <summary>
    /// The order in which the contract shows the members; where it shows none, the order does not matter.
    /// </summary>
    private sealed class ByPlace : IComparer<string>
    {
        private static readonly string[] Shown =
        [
            "action", "claim_id", "error", "working_set", "claimed_paths", "blocked_paths", "blocked", "retry_after",
            "warnings", "message", "request_id",
        ];

        public int Compare(string? x, string? y) => Array.IndexOf(Shown, x).CompareTo(Array.IndexOf(Shown, y));
    }
}
