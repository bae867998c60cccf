using System.Text.RegularExpressions;

namespace Availsync.Contract.Tests;

/// <summary>
/// One place where a request names something by its id: <c>{id}</c> in the path or the body. Other ids are
/// <c>{my.…}</c> of the caller's workspace or <c>{their.…}</c> of the one that it must not see.
/// </summary>
internal sealed partial record Wall(string Kind, string Method, string Path, string? Body = null)
{
    /// <summary>The request with <paramref name="id"/> in the place of the id.</summary>
    public Task<Answer> TryAsync(Client caller, Walled mine, Walled theirs, string id)
    {
        string Fill(string text) => Named().Replace(text, match => match.Value switch
        {
            "{id}" => id,
            "{new}" => Unique.Name(),
            _ => (match.Groups["whose"].Value == "my" ? mine : theirs).Id(match.Groups["kind"].Value),
        });

        var body = Body is null ? null : JsonNode.Parse(Fill(Body));
        return caller.CallAsync(Method, Fill(Path), body);
    }

    public override string ToString() => $"{Method} {Path} {Body}";

    [GeneratedRegex(@"\{(id|new|(?<whose>my|their)\.(?<kind>[a-z]+))\}")]
    private static partial Regex Named();
}

/// <summary>A workspace with one of everything that has an id.</summary>
internal sealed record Walled(Workspace Workspace, Agent Agent, Held Claim, JsonElement Hold, Member Member)
{
    public static async Task<Walled> MakeAsync(Workspace workspace)
    {
        var agent = await workspace.NewAgentAsync();
        return new Walled(
            workspace, agent, await agent.HoldAsync($"project:{Unique.Name()}", 3600),
            await agent.PlacedAsync($"calendar:{Unique.Name()}", 0, 30, ttl_seconds: 3600),
            await workspace.NewMemberAsync("viewer"));
    }

    public string Id(string kind) => kind switch
    {
        "org" => Workspace.Id,
        "agent" => Agent.Id,
        "key" => Agent.KeyId,
        "claim" => Claim.Id,
        "hold" => Hold.At("id").Text(),
        "user" => Member.UserId,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Nothing of this kind has an id."),
    };
}
