namespace Availsync.Contract.Tests;

/// <summary>What a role allows, wherever something can be changed.</summary>
public abstract class RolesContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task A_viewer_reads_what_is_recorded_and_changes_nothing_of_it()
    {
        var agent = await NewAgentAsync();
        var claim = await agent.HoldAsync(NewRepo());
        var viewer = (await Shared.NewMemberAsync("viewer")).Client;
        string[] reads =
        [
            "/v1/activity", "/v1/audit", "/v1/value/health", "/v1/billing/status", "/v1/work/claims",
            "/v1/work/resources", $"/v1/work/claims/{claim.Id}",
        ];
        foreach (var path in reads) (await viewer.GetAsync(path)).Expect(200);
        var acting = new
        {
            agent_id = agent.Id, claim_id = claim.Id, duration_minutes = 5, resource = NewRepo(), mode = "edit",
            paths = new[] { "a" },
        };
        (string Method, string Path, object? Body)[] changes =
        [
            ("PUT", "/v1/billing/plan", new { plan = "free" }), ("POST", $"{agent.Path}/setup-test", null),
            ("POST", "/v1/work/run/start", acting), ("POST", "/v1/work/claim", acting),
            ("POST", "/v1/work/run/extend", acting), ("POST", "/v1/work/run/working-set", acting),
            ("POST", "/v1/work/run/finish", acting), ("POST", $"/v1/work/claims/{claim.Id}/extend", acting),
            ("DELETE", $"/v1/work/claims/{claim.Id}", null),
            ("DELETE", $"{Shared.Path}/members/{Shared.UserId}", null),
        ];
        foreach (var (method, path, body) in changes)
            (await viewer.CallAsync(method, path, body)).ExpectError(403, "forbidden");
        Assert.Equal(claim.ExpiresAt, (await agent.ReadAsync(claim)).At("expires_at").Time());
    }

    [Fact]
    public async Task Two_owners_who_remove_each_other_at_once_do_not_both_go()
    {
        for (var round = 0; round < 5; round++)
        {
            var workspace = await NewWorkspaceAsync();
            var second = await workspace.NewMemberAsync("owner");
            var answers = await Task.WhenAll(
                workspace.Owner.At(EdgeOf(0)).DeleteAsync($"{workspace.Path}/members/{second.UserId}"),
                second.Client.At(EdgeOf(1)).DeleteAsync($"{workspace.Path}/members/{workspace.UserId}"));
            Assert.Single(answers, a => a.Status == 204);
            Assert.Single(answers, a => a.Status is 401 or 403);
        }
    }
}
