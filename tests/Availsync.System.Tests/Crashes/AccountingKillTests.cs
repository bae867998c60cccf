using System.Globalization;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Crashes;

/// <summary>Without accounting, claims go on; what it has missed it makes up for.</summary>
[Collection(PairCollection.Name)]
public sealed class AccountingKillTests(PairTarget target) : TargetTests(target)
{
    /// <summary>A page's total is exact up to ten thousand rows, so there shall be no more.</summary>
    private const int ExactTotal = 10_000;

    private static readonly TimeSpan Gently = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan CaughtUp = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Without_accounting_known_agents_work_on_and_everything_else_is_refused_in_time()
    {
        var workspace = await OwnWorkspace.SignUpAsync(target, "unlimited");
        var stranger = await OwnWorkspace.SignUpAsync(target);
        await KnownEverywhereAsync(workspace);
        await target.StackAsync("kill", "accounting");
        try
        {
            foreach (var door in workspace.Doors)
                Assert.Equal("proceed", (await door.StartAsync(NewRoot("alone"), 60)).Action);
            foreach (var door in stranger.Doors) await RefusedAsync(door, "POST", "/v1/work/run/start", Run());
            foreach (var (client, method, path, body) in AnsweredByAccounting(workspace))
                await RefusedAsync(client, method, path, body);
        }
        finally
        {
            await target.StackAsync("start", "accounting");
        }

        // A refusal is not remembered: the stranger is known as soon as there is somebody to ask.
        foreach (var door in stranger.Doors)
        {
            await Target.UntilAsync("known", TimeSpan.FromSeconds(10), async () =>
                (await door.StartAsync(NewRoot("alone"), 60)).Status == 200);
        }
    }

    [Fact]
    public async Task What_happens_while_accounting_is_dead_is_told_exactly_once()
    {
        var workspace = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await KnownEverywhereAsync(workspace);
        var storm = await Storm.BeginAsync(workspace, Gently);
        await target.StackAsync("kill", "accounting");
        await storm.AnsweredAsync(500);
        await target.StackAsync("start", "accounting");
        await storm.AnsweredAsync(100);
        await storm.EndAsync();
        Assert.Empty(storm.Outages);
        Assert.Equal(0, storm.Silences);

        await Target.UntilAsync("told of every call", CaughtUp, async () =>
            await target.Accounts.CallsRecordedAsync(workspace.Id) >= storm.Calls.Count + target.Doors.Count);
        var told = (await target.Accounts.RequestsAsync(workspace.Id)).ToLookup(id => id);
        Assert.All(storm.Calls, call => Assert.Single(told[call]));
        Assert.Equal(storm.Calls.Count + target.Doors.Count, told.Sum(calls => calls.Count()));

        await AuditedAsync(workspace, "claim.granted", storm.Granted.Count + target.Doors.Count);
        await AuditedAsync(workspace, "claim.released", storm.Finished.Count);
        Assert.Equal(
            storm.Granted.Count + target.Doors.Count,
            await workspace.CountAsync("/v1/activity?type=run.start", "activity"));
        Assert.Equal(storm.Finished.Count, await workspace.CountAsync("/v1/activity?type=run.finish", "activity"));
    }

    private static object Run() => new { resource = NewRoot("alone"), duration_seconds = 60 };

    /// <summary>From here on both edges know the agent and its plan, and the first one the owner.</summary>
    private static async Task KnownEverywhereAsync(OwnWorkspace workspace)
    {
        foreach (var door in workspace.Doors)
            Assert.Equal("proceed", (await door.StartAsync(NewRoot("alone"), 3600)).Action);
        (await workspace.Owner.AskAsync("GET", "/v1/me")).Expect(200);
    }

    private static async Task AuditedAsync(OwnWorkspace workspace, string type, int times)
    {
        Assert.InRange(times, 1, ExactTotal);
        await Target.UntilAsync($"audited {times} times as {type}", CaughtUp, async () =>
        {
            var page = (await workspace.Owner.AskAsync("GET", $"/v1/audit?type={type}&limit=1")).Expect(200);
            return page.Json.GetProperty("pagination").GetProperty("total").GetInt64() >= times;
        });
        Assert.Equal(times, await workspace.CountAsync($"/v1/audit?type={type}", "audit"));
    }

    private IEnumerable<(WorkClient Client, string Method, string Path, object? Body)> AnsweredByAccounting(
        OwnWorkspace workspace)
    {
        var (owner, agent, nobody) = (workspace.Owner, workspace.Agent, new WorkClient(target.At(target.Doors[0])));
        yield return (owner, "GET", "/v1/activity", null);
        yield return (owner, "GET", "/v1/audit", null);
        yield return (owner, "GET", "/v1/value/health", null);
        yield return (owner, "GET", "/v1/billing/status", null);
        yield return (owner, "PUT", "/v1/billing/plan", new { plan = "team" });
        yield return (owner, "GET", "/v1/me", null);
        yield return (owner, "GET", $"/v1/orgs/{workspace.Id}/agents", null);
        yield return (owner, "POST", $"{workspace.AgentPath}/test-connection", null);
        yield return (agent, "GET", "/v1/me", null);
        yield return (agent, "POST", "/v1/activity/usage", new { total_tokens = 1 });
        yield return (agent, "POST", "/v1/mcp/heartbeat", new { client_name = "client", client_version = "1" });
        yield return (nobody, "POST", "/v1/auth/login", new { email = workspace.Email, password = workspace.Password });
    }

    private static async Task RefusedAsync(WorkClient client, string method, string path, object? body)
    {
        var began = Clock.GetTimestamp();
        var answer = await client.AskAsync(method, path, body);
        var took = Clock.GetElapsedTime(began);
        Assert.True(
            answer is { Status: 503, Error: "accounting_unavailable" },
            $"{method} {path}: {answer.Status} {answer.Error}");
        var seconds = int.Parse(answer.Headers.GetValues("Retry-After").Single(), CultureInfo.InvariantCulture);
        Assert.InRange(seconds, 1, 60);
        Assert.True(took < TimeSpan.FromSeconds(5.5), $"{method} {path} took {took.TotalSeconds:F1} s.");
    }
}
