namespace Availsync.Contract.Tests;

/// <summary>How resources are named, and which names are one resource.</summary>
public abstract class ResourcesContract(Target target) : ContractTest(target)
{
    private const string Start = "/v1/work/run/start";

    [Theory]
    [InlineData("https://github.com/Owner/NAME.git")]
    [InlineData("https://github.com/Owner/NAME")]
    [InlineData("https://github.com/Owner/NAME/")]
    [InlineData("http://GitHub.com/Owner/NAME")]
    [InlineData("git@github.com:Owner/NAME.git")]
    [InlineData("ssh://git@github.com/Owner/NAME.git")]
    [InlineData("git://github.com/Owner/NAME.git")]
    [InlineData("github.com/Owner/NAME")]
    [InlineData("https://ada:secret@github.com/Owner/NAME.git")]
    [InlineData("Owner/NAME")]
    [InlineData("  Owner/NAME \t")]
    public async Task A_repo_is_one_resource_in_all_its_spellings(string spelling)
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        var key = spelling.Replace("NAME", name, StringComparison.Ordinal);
        var claim = (await agent.PostAsync(Start, new { resource_type = "repo", resource_key = key }))
            .Expect(200, "proceed");
        Assert.Equal($"Owner/{name}", claim["claim.resource_key"].Text());
        Assert.Equal($"repo:Owner/{name}", claim["claim.resource"].Text());
        Assert.DoesNotContain("secret", claim.Body, StringComparison.Ordinal);
        (await agent.StartAsync($"repo:owner/{name}")).Expect(200, "skip_run");
        (await agent.StartAsync($"repo:{key}")).Expect(200, "skip_run");
        (await agent.StartAsync($"repo:git@github.com:OWNER/{name.ToUpperInvariant()}.git")).Expect(200, "skip_run");
    }

    [Fact]
    public async Task A_repo_is_shown_in_its_first_spelling()
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        var first = await agent.HoldAsync($"repo:https://github.com/MyOrg/{name}.git");
        var skip = (await agent.StartAsync($"repo:MYORG/{name}")).Expect(200, "skip_run");
        Assert.Equal($"MyOrg/{name}", skip["blocking_claim.resource_key"].Text());
        (await agent.FinishAsync(first)).Expect(200);
        var second = (await agent.StartAsync($"repo:myorg/{name}")).Expect(200, "proceed");
        Assert.Equal($"MyOrg/{name}", second["claim.resource_key"].Text());
    }

    [Fact]
    public async Task Another_host_stays_in_front_and_is_another_resource()
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        await agent.HoldAsync($"repo:owner/{name}");
        var claim = (await agent.StartAsync($"repo:https://gitlab.com/owner/{name}.git")).Expect(200, "proceed");
        Assert.Equal($"gitlab.com/owner/{name}", claim["claim.resource_key"].Text());
        (await agent.StartAsync($"repo:git@gitlab.com:owner/{name}.git")).Expect(200, "skip_run");
        (await agent.StartAsync($"repo:GitLab.com/Owner/{name}")).Expect(200, "skip_run");
    }

    [Fact]
    public async Task A_repo_key_that_is_no_url_is_taken_as_it_is_without_regard_to_case()
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        var claim = (await agent.StartAsync($"repo:Monorepo-{name}")).Expect(200, "proceed");
        Assert.Equal($"Monorepo-{name}", claim["claim.resource_key"].Text());
        (await agent.StartAsync($"repo:monorepo-{name}")).Expect(200, "skip_run");
    }

    [Fact]
    public async Task A_project_key_has_regard_to_case()
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        await agent.HoldAsync($"project:Site-{name}");
        await agent.HoldAsync($"project:site-{name}");
        (await agent.StartAsync($"project: Site-{name} ")).Expect(200, "skip_run");
    }

    [Fact]
    public async Task Type_and_key_may_be_given_instead_of_the_resource_or_beside_it()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        (await agent.PostAsync(Start, new { resource_type = "repo", resource_key = key })).Expect(200, "proceed");
        (await agent.PostAsync(Start, new { resource = $"repo:{key}" })).Expect(200, "skip_run");
        (await agent.PostAsync(Start, new { resource = $"repo:{key}", resource_type = "repo", resource_key = key }))
            .Expect(200, "skip_run");
        (await agent.PostAsync(Start, new { resource = $"repo:{key}", resource_type = "project", resource_key = key }))
            .ExpectError(400, "validation_failed");
        (await agent.PostAsync(
            Start, new { resource = $"repo:{key}", resource_type = "repo", resource_key = "owner/other" }))
            .ExpectError(400, "validation_failed");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"resource": ""}""")]
    [InlineData("""{"resource": "owner/repo"}""")]
    [InlineData("""{"resource": "repo:"}""")]
    [InlineData("""{"resource": "repo:   "}""")]
    [InlineData("""{"resource": "planet:earth"}""")]
    [InlineData("""{"resource": 7}""")]
    [InlineData("""{"resource": "repo:own\u0000er/repo"}""")]
    [InlineData("""{"resource": "project:a\u0007b"}""")]
    [InlineData("""{"resource": "project:a\nb"}""")]
    [InlineData("""{"resource_type": "repo"}""")]
    [InlineData("""{"resource_key": "owner/repo"}""")]
    [InlineData("""{"resource_type": "Repo", "resource_key": "owner/repo"}""")]
    [InlineData("""{"resource_type": "repo", "resource_key": ""}""")]
    public async Task What_names_no_resource_is_400(string body)
    {
        var agent = await NewAgentAsync();
        foreach (var path in (string[])[Start, "/v1/work/check", "/v1/work/claim"])
            (await agent.Client.PostTextAsync(path, body)).ExpectError(400, "validation_failed");
    }

    [Fact]
    public async Task A_key_has_at_most_256_characters()
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        var key = name + new string('k', 256 - name.Length);
        (await agent.StartAsync($"project:{key}")).Expect(200, "proceed");
        (await agent.StartAsync($"project: {key} ")).Expect(200, "skip_run");
        (await agent.StartAsync($"project:{key}k")).ExpectError(400, "validation_failed");
        (await agent.PostAsync(Start, new { resource_type = "project", resource_key = key + "k" }))
            .ExpectWrong("resource_key");
    }

    [Fact]
    public async Task Types_and_workspaces_do_not_mix()
    {
        var (agent, stranger) = (await NewAgentAsync(), await (await NewWorkspaceAsync()).NewAgentAsync());
        var key = $"owner/{Unique.Name()}";
        await agent.HoldAsync($"repo:{key}");
        await agent.HoldAsync($"project:{key}");
        await stranger.HoldAsync($"repo:{key}");
        await stranger.HoldAsync($"project:{key}");
    }

    [Fact]
    public async Task A_repo_and_its_parts_exclude_each_other_but_two_parts_do_not()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var (front, back) =
            (await agent.HoldAsync($"project:{key}#front"), await agent.HoldAsync($"project:{key}#back"));
        (await agent.StartAsync($"project:{key}#front")).Expect(200, "skip_run");
        (await agent.StartAsync($"repo:{key}")).Expect(200, "skip_run");
        (await agent.FinishAsync(front)).Expect(200);
        var skip = (await agent.StartAsync($"repo:https://github.com/{key.ToUpperInvariant()}.git"))
            .Expect(200, "skip_run");
        Assert.Equal(back.Id, skip["blocking_claim.id"].Text());
        (await agent.FinishAsync(back)).Expect(200);
        var repo = await agent.HoldAsync($"repo:{key}");
        (await agent.StartAsync($"project:{key}#front")).Expect(200, "skip_run");
        (await agent.StartAsync($"project:{key.ToUpperInvariant()}#anything")).Expect(200, "skip_run");
        (await agent.FinishAsync(repo)).Expect(200);
        await agent.HoldAsync($"project:{key}#front");
    }

    [Fact]
    public async Task Retry_after_is_when_the_earliest_obstacle_expires()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        await agent.HoldAsync($"project:{key}#late", 1200);
        var early = await agent.HoldAsync($"project:{key}#early", 300);
        await agent.HoldAsync($"project:{key}#later", 2400);
        var skip = (await agent.StartAsync($"repo:{key}")).Expect(200, "skip_run");
        Assert.Equal(early.ExpiresAt, skip["retry_after"].Time());
    }

    [Fact]
    public async Task A_claim_of_another_workspace_looks_like_none()
    {
        var stranger = await (await NewWorkspaceAsync()).NewAgentAsync();
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        const string nobodys = "01900000-0000-7000-8000-000000000000";
        async Task<string[]> LookAsync(string id)
        {
            Answer[] answers =
            [
                await stranger.GetAsync($"/v1/work/claims/{id}"),
                await stranger.Client.DeleteAsync($"/v1/work/claims/{id}"),
                await stranger.PostAsync($"/v1/work/claims/{id}/extend", new { duration_minutes = 1 }),
                await stranger.PostAsync("/v1/work/run/extend", new { claim_id = id, duration_minutes = 1 }),
                await stranger.PostAsync("/v1/work/run/finish", new { claim_id = id }),
                await stranger.PostAsync("/v1/work/run/working-set",
                    new { claim_id = id, mode = "edit", paths = new[] { "a" } }),
                await stranger.Workspace.Owner.GetAsync($"/v1/work/claims/{id}"),
                await stranger.Workspace.Owner.DeleteAsync($"/v1/work/claims/{id}"),
            ];
            return [.. answers.Select(a => a.ExpectError(404, "not_found")["message"].Text())];
        }

        Assert.Equal(await LookAsync(nobodys), await LookAsync(claim.Id));
        Assert.Equal("active", (await agent.ReadAsync(claim)).At("status").Text());
    }

    [Fact]
    public async Task A_resource_is_protected_from_its_first_claim_on()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, observer) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync(mode: "observe"));
        async Task<JsonElement> ResourcesAsync() => (await agent.GetAsync("/v1/work/resources"))
            .Expect(200)["resources"];
        (await observer.StartAsync("repo:owner/watched")).Expect(200, "proceed");
        (await agent.PostAsync("/v1/work/check", new { resource = "repo:owner/checked" })).Expect(200);
        Assert.Empty((await ResourcesAsync()).EnumerateArray());

        var claim = await agent.HoldAsync("repo:Owner/Guarded");
        var resource = (await ResourcesAsync()).At("0");
        Assert.Equal(
            ("repo", "Owner/Guarded", "repo:Owner/Guarded", 1L),
            (resource.At("resource_type").Text(), resource.At("resource_key").Text(), resource.At("resource").Text(),
                resource.At("active_claims").Number()));
        Assert.Equal(claim.StartedAt, resource.At("last_claimed_at").Time());
        (await agent.FinishAsync(claim)).Expect(200);
        Assert.Equal(0, (await ResourcesAsync()).At("0.active_claims").Number());

        var again = await agent.HoldAsync("repo:owner/guarded");
        resource = Assert.Single((await ResourcesAsync()).EnumerateArray());
        Assert.Equal(claim.StartedAt, resource.At("protected_at").Time());
        Assert.Equal(again.StartedAt, resource.At("last_claimed_at").Time());
        Assert.Empty((await (await (
            await NewWorkspaceAsync()).NewAgentAsync()).GetAsync("/v1/work/resources"))["resources"].EnumerateArray());
    }

    [Fact]
    public async Task The_check_and_the_legacy_claim_take_type_and_key_too()
    {
        var agent = await NewAgentAsync();
        var name = Unique.Name();
        var body = new { resource_type = "repo", resource_key = $"https://github.com/Owner/{name}.git" };
        Assert.True((await agent.PostAsync("/v1/work/check", body)).Expect(200)["available"].Flag());
        var claim = (await agent.PostAsync("/v1/work/claim", body)).Expect(201);
        Assert.Equal($"repo:Owner/{name}", claim["claim.resource"].Text());
        var check = (await agent.PostAsync("/v1/work/check", body)).Expect(200, "skip_run");
        Assert.Equal(claim["claim.id"].Text(), check["blocking_claim.id"].Text());
    }

    [Fact]
    public async Task The_names_of_parts_have_regard_to_case()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        await agent.HoldAsync($"project:{key}#Part");
        await agent.HoldAsync($"project:{key}#part");
        (await agent.StartAsync($"project:{key}#part")).Expect(200, "skip_run");
    }

    [Fact]
    public async Task A_repo_of_another_host_has_parts_of_its_own()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var part = await agent.HoldAsync($"project:gitlab.com/{key}#part");
        var skip = (await agent.StartAsync($"repo:git@gitlab.com:{key}.git")).Expect(200, "skip_run");
        Assert.Equal(part.Id, skip["blocking_claim.id"].Text());
        await agent.HoldAsync($"repo:{key}");
    }

    [Fact]
    public async Task The_resources_are_those_of_the_workspace_and_up_to_date_at_every_edge()
    {
        var workspace = await NewWorkspaceAsync();
        var (agent, other) = (await workspace.NewAgentAsync(), await workspace.NewAgentAsync());
        var claim = await agent.HoldAsync("repo:owner/repo", 5);
        Client[] readers = [workspace.Owner.At(EdgeOf(1)), other.Client.At(EdgeOf(1)), agent.Client];
        foreach (var reader in readers) Assert.Equal(1, await ActiveAsync(reader));
        await Eventually.PassedAsync(claim.ExpiresAt);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1), async () => await ActiveAsync(agent.Client) == 0, "no claim is active any more");
        await agent.HoldAsync("repo:owner/repo");
        foreach (var reader in readers) Assert.Equal(1, await ActiveAsync(reader));

        static async Task<long> ActiveAsync(Client reader) => Assert.Single((await reader.GetAsync(
            "/v1/work/resources")).Expect(200)["resources"].EnumerateArray()).At("active_claims").Number();
    }
}
