namespace Availsync.Contract.Tests;

/// <summary>An agent with one key.</summary>
public sealed record Agent(Workspace Workspace, string Id, string Name, string KeyId, string ApiKey, Client Client)
{
    public string Path => $"{Workspace.Path}/agents/{Id}";

    /// <summary>The same agent at another edge.</summary>
    public Agent At(Uri edge) => this with { Client = Client.At(edge) };

    public Task<Answer> PostAsync(string path, object body) => Client.PostAsync(path, body);

    public Task<Answer> GetAsync(string path) => Client.GetAsync(path);

    public Task<Answer> StartAsync(string resource, int duration_seconds = 600) =>
        PostAsync("/v1/work/run/start", new { resource, duration_seconds });

    /// <summary>Starts a run that has to be granted.</summary>
    public async Task<Held> HoldAsync(string resource, int duration_seconds = 600)
    {
        var answer = (await StartAsync(resource, duration_seconds)).Expect(200, "proceed");
        return Held.In(answer["claim"]);
    }

    public Task<Answer> DeclareAsync(Held claim, string mode, params string[] paths) =>
        PostAsync("/v1/work/run/working-set", new { claim_id = claim.Id, mode, paths });

    public Task<Answer> ChangeDeclaredAsync(Held claim, string operation, string mode, params string[] paths) =>
        PostAsync("/v1/work/run/working-set", new { claim_id = claim.Id, mode, paths, operation });

    public Task<Answer> ExtendAsync(Held claim, int duration_seconds) =>
        PostAsync("/v1/work/run/extend", new { claim_id = claim.Id, duration_seconds });

    public Task<Answer> FinishAsync(Held claim) => PostAsync("/v1/work/run/finish", new { claim_id = claim.Id });

    public async Task<JsonElement> ReadAsync(Held claim) =>
        (await GetAsync($"/v1/work/claims/{claim.Id}")).Expect(200)["claim"];
}

/// <summary>A claim as it was granted.</summary>
public sealed record Held(string Id, long Token, DateTimeOffset StartedAt, DateTimeOffset ExpiresAt)
{
    public static Held In(JsonElement claim) => new(
        claim.At("id").Text(), claim.At("fencing_token").Number(), claim.At("started_at").Time(),
        claim.At("expires_at").Time());
}
