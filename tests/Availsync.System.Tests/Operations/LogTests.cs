using System.Text;
using Availsync.System.Tests.Secrets;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Operations;

/// <summary>
/// What the services log is for machines to read, leads from a call to all that was done for it, and tells no secret.
/// </summary>
[Collection(OperatedCollection.Name)]
public sealed class LogTests(OperatedTarget target) : TargetTests(target)
{
    [Fact]
    public async Task A_call_is_found_in_each_service_that_has_worked_for_it()
    {
        var own = await OwnWorkspace.SignUpAsync(Target, "unlimited");
        var agent = ("Authorization", "Bearer " + own.Key);
        var (start, read, audit) = (NewId("start"), NewId("read"), NewId("audit"));
        var granted = await SendAsync(
            "POST", "/v1/work/run/start", start, agent, $$"""{"resource":"{{NewRoot("log")}}"}""");
        var claim = Granted.Of(granted.Expect(200).Json.GetProperty("claim")).Id;
        (await SendAsync("GET", $"/v1/work/claims/{claim}", read, agent)).Expect(200);
        (await SendAsync("GET", "/v1/audit", audit, ("Cookie", own.Cookie))).Expect(200);
        await Target.UntilAsync("taken over by accounting", TimeSpan.FromSeconds(10), async () =>
            (await Target.Accounts.RequestsAsync(own.Id)).Contains(start)
            && (await Target.Accounts.AuditedAsync(own.Id)).Count > 0);

        var arbiter = LogLine.Of(target, "arbiter-1");
        Assert.Equal([start], One(arbiter, "INSERT INTO arbiter.claims", start).RequestIds);
        One(arbiter, "INSERT INTO arbiter.leases", start);
        Assert.Equal([read], One(arbiter, "FROM arbiter.claims", read).RequestIds);
        var accounting = LogLine.Of(target, "accounting-1");
        One(accounting, "INSERT INTO accounting.activity", start);
        One(accounting, "INSERT INTO accounting.audit", start);
        Assert.Equal([audit], One(accounting, "FROM accounting.audit", audit).RequestIds);
        Assert.Contains(LogLine.Of(target, "edge-1"), line => line.RequestIds.Contains(read));
    }

    [Fact]
    public async Task No_secret_is_logged_though_everything_else_is()
    {
        var trail = new SecretTrail(Target);
        await trail.LeaveAsync();
        var last = await trail.LastCallsAsync();
        await Target.UntilAsync("told of the last calls", TimeSpan.FromSeconds(10), async () =>
            last.All((await Target.Accounts.RequestsAsync(trail.OrgId)).Contains));

        foreach (var service in OperatedTarget.Services)
        {
            Assert.Contains(LogLine.Of(target, service), line => line.Level == "Debug");
            Assert.Empty(await FoundAsync([.. trail.Secrets, .. target.ServerSecrets], service));
            Assert.NotEmpty(await FoundAsync([("the call", trail.KnownRequest)], service));
        }
    }

    private async Task<IReadOnlyCollection<string>> FoundAsync(
        IEnumerable<(string What, string Text)> texts, string service)
    {
        var search = new SecretSearch(texts);
        using var said = new MemoryStream(Encoding.UTF8.GetBytes(Announced.Remove(target.LogOf(service))));
        await search.ReadAsync(service, said);
        return search.Findings;
    }

    /// <summary>A statement with these words that was made for this call.</summary>
    private static LogLine One(List<LogLine> log, string words, string requestId)
    {
        var found = log.Find(line => line.IsStatement(words) && line.RequestIds.Contains(requestId));
        Assert.True(found is not null, $"No statement with '{words}' has been made for {requestId}.");
        return found;
    }

    private async Task<Answer> SendAsync(
        string method, string path, string requestId, (string Name, string Value) credential, string? body = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("X-Request-Id", requestId);
        request.Headers.Add(credential.Name, credential.Value);
        return await new WorkClient(Target.At(Target.Doors[0])).TrySendAsync(request)
            ?? throw new HttpRequestException($"No answer to {method} {path}.");
    }

    private static string NewId(string what) => $"{what}-{OwnWorkspace.NewText()}";
}
