namespace Availsync.Contract.Tests;

/// <summary>Real ids and credentials, so that much of what is fuzzed gets past the door.</summary>
internal sealed record FuzzWorld(
    Workspace Workspace, Agent Agent, string LostCookie, string[] AgentIds, string[] KeyIds, string[] ClaimIds,
    string[] HoldIds)
{
    public string OrgId => Workspace.Id;

    /// <summary>The header of a person's session or of the agent's key.</summary>
    public (string Name, string Value) Credential(bool person) =>
        person ? ("Cookie", Workspace.Owner.Header("Cookie")!) : ("Authorization", $"Bearer {Agent.ApiKey}");

    public static async Task<FuzzWorld> MakeAsync(Target target)
    {
        var workspace = await Workspace.SignUpAsync(target);
        var agent = await workspace.NewAgentAsync();
        // Agents whose ids get into paths may be changed, disabled and deleted on the way.
        var victims = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => workspace.NewAgentAsync()));
        var lost = await workspace.NewMemberAsync("admin");
        (await lost.Client.PostAsync("/v1/auth/logout")).Expect(204);
        List<string> claims = [];
        for (var i = 0; i < 20; i++) claims.Add((await agent.HoldAsync($"project:owner/repo#{i}", 3600)).Id);
        List<string> holds = [];
        for (var i = 0; i < 20; i++)
            holds.Add((await agent.PlacedAsync($"calendar:{i % 4}", i, i + 1, ttl_seconds: 3600)).At("id").Text());
        return new FuzzWorld(
            workspace, agent, lost.Client.Header("Cookie")!, [.. victims.Select(v => v.Id)],
            [.. victims.Select(v => v.KeyId)], [.. claims], [.. holds]);
    }
}
