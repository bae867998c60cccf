namespace Availsync.Contract.Tests;

/// <summary>What accounting writes down of what happens: there soon, but not at once.</summary>
internal static class Records
{
    /// <summary>How long a record may take to show up.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(2);

    /// <summary>The calls of an agent, the oldest first, as soon as there are so many.</summary>
    public static Task<JsonElement[]> ActivityAsync(this Agent agent, int count) => agent.Workspace.Owner.ReadAsync(
        $"/v1/activity?agent_id={agent.Id}&limit=200", "activity", found => found.Length >= count,
        $"{count} calls are recorded");

    /// <summary>The entries of a type, the oldest first, as soon as there are so many.</summary>
    public static Task<JsonElement[]> AuditAsync(this Workspace workspace, string type, int count = 1) =>
        workspace.Owner.ReadAsync(
            $"/v1/audit?type={type}&limit=200", "audit", found => found.Length >= count,
            $"{type} is in the audit {count} times");

    /// <summary>Waits until sums of <c>/v1/value/health</c> are these.</summary>
    public static async Task<Answer> HealthAsync(this Workspace workspace, Func<Answer, bool> condition, string what)
    {
        Answer? answer = null;
        await Eventually.TrueAsync(
            Soon,
            async () => condition(answer = (await workspace.Owner.GetAsync("/v1/value/health")).Expect(200)),
            what);
        return answer!;
    }

    private static async Task<JsonElement[]> ReadAsync(
        this Client owner, string path, string items, Func<JsonElement[], bool> condition, string what)
    {
        JsonElement[] found = [];
        await Eventually.TrueAsync(
            Soon,
            async () =>
            {
                found = [.. (await owner.GetAsync(path)).Expect(200)[items].EnumerateArray().Reverse()];
                return condition(found);
            },
            what);
        return found;
    }
}
