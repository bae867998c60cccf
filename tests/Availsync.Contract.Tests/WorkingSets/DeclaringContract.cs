namespace Availsync.Contract.Tests;

/// <summary>What a claim holds by its declarations.</summary>
public abstract class DeclaringContract(Target target) : ContractTest(target)
{
    private const string Declare = "/v1/work/run/working-set";

    [Fact]
    public async Task A_declaration_becomes_the_claims_whole_working_set()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var answer = (await agent.DeclareAsync(claim, "edit", "src/", "docs/*.md")).Expect(200, "updated");
        Assert.Equal(
            ["action", "claim_id", "working_set", "claimed_paths", "blocked_paths", "warnings"], answer.Json.Members());
        Assert.Equal(claim.Id, answer["claim_id"].Text());
        Assert.Equal("edit", answer["working_set.mode"].Text());
        Assert.Equal(["src/", "docs/*.md"], answer["working_set.paths"].Texts());
        Assert.Equal(claim.ExpiresAt, answer["working_set.expires_at"].Time());
        Assert.Equal(["src/", "docs/*.md"], answer["claimed_paths"].Texts());
        (await agent.DeclareAsync(claim, "delete", "old/")).Expect(200, "updated");
        var set = (await agent.ReadAsync(claim)).At("working_set");
        Assert.Equal("delete", set.At("mode").Text());
        Assert.Equal(["old/"], set.At("paths").Texts());
    }

    [Fact]
    public async Task Paths_can_be_added_and_removed()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(claim, "edit", "a", "b")).Expect(200);
        var added = (await agent.ChangeDeclaredAsync(claim, "add", "edit", "b", "c")).Expect(200, "updated");
        Assert.Equal(["a", "b", "c"], added["working_set.paths"].Texts());
        Assert.Equal(["b", "c"], added["claimed_paths"].Texts());
        var removed = (await agent.ChangeDeclaredAsync(claim, "remove", "edit", "a", "never held"))
            .Expect(200, "updated");
        Assert.Equal(["b", "c"], removed["working_set.paths"].Texts());
        Assert.Empty(removed["claimed_paths"].Texts());
        var emptied = (await agent.ChangeDeclaredAsync(claim, "remove", "edit", "b", "c")).Expect(200, "updated");
        Assert.True(emptied["working_set"].IsNull());
        Assert.True((await agent.ReadAsync(claim)).At("working_set").IsNull());
        (await agent.ChangeDeclaredAsync(claim, "remove", "edit", "b")).Expect(200, "updated");
        (await agent.ChangeDeclaredAsync(claim, "add", "read", "d")).Expect(200, "updated");
    }

    [Theory]
    [InlineData("add")]
    [InlineData("remove")]
    public async Task A_working_set_has_one_mode(string operation)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(claim, "edit", "a")).Expect(200);
        (await agent.ChangeDeclaredAsync(claim, operation, "read", "a")).ExpectWrong("mode");
        (await agent.ChangeDeclaredAsync(claim, operation, "delete", "a")).ExpectWrong("mode");
        var set = (await agent.ReadAsync(claim)).At("working_set");
        Assert.Equal(("edit", "a"), (set.At("mode").Text(), Assert.Single(set.At("paths").Texts())));
    }

    [Fact]
    public async Task A_set_has_at_most_1000_paths_however_it_grows()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        string[] many = [.. Enumerable.Range(0, 1000).Select(i => $"src/{i}.cs")];
        (await agent.DeclareAsync(claim, "edit", many)).Expect(200, "updated");
        (await agent.ChangeDeclaredAsync(claim, "add", "edit", many[..5])).Expect(200, "updated");
        (await agent.ChangeDeclaredAsync(claim, "add", "edit", "one more")).ExpectError(400, "validation_failed");
        (await agent.DeclareAsync(claim, "edit", [.. many, "one more"])).ExpectWrong("paths");
        Assert.Equal(many, (await agent.ReadAsync(claim)).At("working_set.paths").Texts());
    }

    [Theory]
    [InlineData("./a//b", "a/b")]
    [InlineData("a/./b", "a/b")]
    [InlineData("./src/", "src/")]
    [InlineData("src//", "src/")]
    [InlineData("e\u0301/x", "\u00e9/x")]
    [InlineData("with space/ü.txt", "with space/ü.txt")]
    [InlineData("src/**/*.cs", "src/**/*.cs")]
    [InlineData("..a/b..", "..a/b..")]
    public async Task Paths_are_normalised(string given, string held)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var answer = (await agent.DeclareAsync(claim, "edit", given)).Expect(200, "updated");
        Assert.Equal([held], answer["working_set.paths"].Texts());
        Assert.Equal([held], answer["claimed_paths"].Texts());
        var twice = (await agent.DeclareAsync(claim, "edit", given, held, given)).Expect(200, "updated");
        Assert.Equal([held], twice["working_set.paths"].Texts());
    }

    [Theory]
    [InlineData("/etc/passwd")]
    [InlineData("..")]
    [InlineData("a/../b")]
    [InlineData("../a")]
    [InlineData("a/..")]
    [InlineData("a\\b")]
    [InlineData("C:\\a")]
    [InlineData("a\0b")]
    [InlineData("")]
    public async Task A_path_that_leads_astray_is_refused_by_name(string path)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(claim, "edit", "kept")).Expect(200);
        (await agent.DeclareAsync(claim, "edit", "fine", path)).ExpectWrong("paths[1]");
        Assert.Equal(["kept"], (await agent.ReadAsync(claim)).At("working_set.paths").Texts());
    }

    [Fact]
    public async Task A_path_has_at_most_1024_characters()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(claim, "edit", new string('p', 1024))).Expect(200, "updated");
        (await agent.DeclareAsync(claim, "edit", string.Concat(Enumerable.Repeat("世", 1024)))).Expect(200, "updated");
        (await agent.DeclareAsync(claim, "edit", new string('p', 1025))).ExpectWrong("paths[0]");
    }

    [Theory]
    [InlineData("\"mode\": \"edit\", \"paths\": []", "paths")]
    [InlineData("\"mode\": \"edit\", \"paths\": \"a\"", "paths")]
    [InlineData("\"mode\": \"edit\"", "paths")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\", 1]", "paths[1]")]
    [InlineData("\"mode\": \"edit\", \"paths\": [null]", "paths[0]")]
    [InlineData("\"paths\": [\"a\"]", "mode")]
    [InlineData("\"mode\": \"write\", \"paths\": [\"a\"]", "mode")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\"], \"lease_seconds\": 29", "lease_seconds")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\"], \"lease_seconds\": 86401", "lease_seconds")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\"], \"lease_seconds\": \"60\"", "lease_seconds")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\"], \"operation\": \"append\"", "operation")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\"], \"resource\": \"owner/repo\"", "resource")]
    [InlineData("\"mode\": \"edit\", \"paths\": [\"a\"], \"resource\": \"repo:some/other\"", "resource")]
    public async Task A_declaration_beyond_its_limits_changes_nothing(string fields, string wrong)
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.DeclareAsync(claim, "edit", "kept")).Expect(200);
        (await agent.Client.PostTextAsync(Declare, $"{{\"claim_id\": \"{claim.Id}\", {fields}}}")).ExpectWrong(wrong);
        Assert.Equal(["kept"], (await agent.ReadAsync(claim)).At("working_set.paths").Texts());
    }

    [Fact]
    public async Task A_declaration_may_name_the_resource_it_believes_in()
    {
        var agent = await NewAgentAsync();
        var resource = NewRepo();
        var claim = await agent.HoldAsync(resource);
        var body = new { claim_id = claim.Id, mode = "edit", paths = new[] { "a" },
            resource = resource.ToUpperInvariant().Replace("REPO:", "repo:", StringComparison.Ordinal) };
        (await agent.PostAsync(Declare, body)).Expect(200, "updated");
    }

    [Fact]
    public async Task A_working_set_may_have_a_lease_of_its_own_within_the_claims()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo(), 600);
        async Task<DateTimeOffset> ExpiryAsync(int? lease_seconds, string operation) => (await agent.PostAsync(
            Declare, new { claim_id = claim.Id, mode = "edit", paths = new[] { "a" }, lease_seconds, operation }))
            .Expect(200, "updated")["working_set.expires_at"].Time();
        var before = TimeProvider.System.GetUtcNow().AddMilliseconds(-1);
        var expiry = await ExpiryAsync(60, "replace");
        Assert.InRange(expiry, before.AddSeconds(60), TimeProvider.System.GetUtcNow().AddSeconds(60));
        Assert.Equal(expiry, await ExpiryAsync(null, "add"));
        Assert.Equal(claim.ExpiresAt, await ExpiryAsync(86400, "replace"));
        Assert.Equal(claim.ExpiresAt, await ExpiryAsync(null, "replace"));
        var longer = (await agent.ExtendAsync(claim, 3600)).Expect(200, "extended")["claim"];
        Assert.Equal(longer.At("expires_at").Text(), longer.At("working_set.expires_at").Text());
    }

    [Fact]
    public async Task A_working_set_is_let_go_when_its_lease_ends()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (one, two) = (await agent.HoldAsync($"project:{key}#one"), await agent.HoldAsync($"project:{key}#two"));
        var leased = (await agent.PostAsync(
            Declare, new { claim_id = one.Id, mode = "edit", paths = new[] { "a" }, lease_seconds = 30 })).Expect(200);
        var refused = (await agent.DeclareAsync(two, "edit", "a")).ExpectError(409, "blocked");
        var expiry = leased["working_set.expires_at"].Time();
        Assert.Equal(expiry, refused["retry_after"].Time());
        await Eventually.PassedAsync(expiry.AddSeconds(-1));
        (await agent.DeclareAsync(two, "edit", "a")).ExpectError(409, "blocked");
        await Eventually.PassedAsync(expiry);
        (await agent.DeclareAsync(two, "edit", "a")).Expect(200, "updated");
        var read = await agent.ReadAsync(one);
        Assert.Equal("active", read.At("status").Text());
        Assert.True(read.At("working_set").IsNull());
    }

    [Fact]
    public async Task Of_an_ended_claim_nothing_can_be_declared()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        (await agent.FinishAsync(claim)).Expect(200);
        var refused = (await agent.DeclareAsync(claim, "edit", "a")).ExpectError(409, "claim_not_active");
        Assert.Equal("released", refused["status"].Text());
        (await agent.ChangeDeclaredAsync(claim, "remove", "edit", "a")).ExpectError(409, "claim_not_active");
    }
}
