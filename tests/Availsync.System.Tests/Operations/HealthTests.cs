using System.Text.Json;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Operations;

/// <summary>What each service of a real stack tells of itself, and what it says while a server is away.</summary>
[Collection(OperatedCollection.Name)]
public sealed class HealthTests(OperatedTarget target) : TargetTests(target)
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(20);

    private Uri Edge => target.Doors[0];

    private Uri Arbiter => target.ArbiterAt(1);

    private Uri Accounting => target.AccountingAddress;

    [Fact]
    public async Task Each_service_tells_that_it_lives_that_it_is_ready_and_what_it_measures()
    {
        (await target.Work.StartAsync(NewRoot("health"), 600)).Expect(200);
        var services = new[] { (Edge, "draining"), (Arbiter, "partitions"), (Accounting, "accounting-store") };
        foreach (var (service, check) in services)
        {
            Assert.Equal("{\"status\":\"ok\"}", (await AskAsync(service, "live")).Text);
            var ready = await AskAsync(service, "ready");
            Assert.Equal(200, ready.Status);
            Assert.All([check, "draining", "broker"], name => Assert.Equal("ok", ready.Check(name)));
        }

        await Target.UntilAsync("measured", Within, async () =>
            (await MetricsPage.ReadAsync(target, Arbiter)).Sum("availsync_timers_waiting", "leases") >= 1);
        var arbiter = await MetricsPage.ReadAsync(target, Arbiter);
        Assert.True(arbiter.Sum("availsync_decisions_total", "StartRun") >= 1, arbiter.Text);
        Assert.Equal(16, arbiter.Sum("availsync_partition_owned"));
        Assert.NotNull(arbiter.Sum("availsync_timers_overdue", "leases"));
        Assert.NotNull(arbiter.Sum("availsync_relay_waiting", "arbiter"));
        Assert.NotNull(arbiter.Sum("availsync_relay_age_seconds", "arbiter"));
        var accounting = await MetricsPage.ReadAsync(target, Accounting);
        Assert.True(accounting.Sum("availsync_projection_taken_total", "traffic") >= 1, accounting.Text);
        Assert.NotNull(accounting.Sum("availsync_outbox_waiting", "accounting"));
        Assert.NotNull(accounting.Sum("availsync_outbox_age_seconds", "accounting"));
        Assert.NotNull((await MetricsPage.ReadAsync(target, Edge)).Sum("availsync_lane_depth"));
    }

    [Fact]
    public async Task While_the_database_is_away_what_needs_it_lives_and_is_not_ready()
    {
        var lost = "lost-" + OwnWorkspace.NewText();
        await target.StackAsync("stop", "postgres");
        try
        {
            foreach (var (service, check) in new[] { (Arbiter, "partitions"), (Accounting, "accounting-store") })
            {
                await UntilReadyAsync(service, ready: false);
                Assert.NotEqual("ok", (await AskAsync(service, "ready")).Check(check));
                Assert.Equal(200, (await AskAsync(service, "live")).Status);
            }

            Assert.Equal(200, (await AskAsync(Edge, "ready")).Status);
            var request = new HttpRequestMessage(HttpMethod.Post, "/v1/work/run/start")
            {
                Content = new StringContent($$"""{"resource":"{{NewRoot("lost")}}"}""", null, "application/json"),
            };
            request.Headers.Add("X-Request-Id", lost);
            Assert.Equal("arbiter_unavailable", (await target.Work.TrySendAsync(request))!.Expect(503).Error);

            // What could not be counted is not shown as what it was.
            await Target.UntilAsync("unknown", Within, async () =>
                (await MetricsPage.ReadAsync(target, Arbiter)).Sum("availsync_relay_waiting") is null
                && (await MetricsPage.ReadAsync(target, Accounting)).Sum("availsync_outbox_waiting") is null);
        }
        finally
        {
            await target.StackAsync("start", "postgres");
        }

        await AllReadyAsync();
        Assert.Contains(
            LogLine.Of(target, "arbiter-1"), line => line.Level == "Error" && line.RequestIds.Contains(lost));
    }

    [Fact]
    public async Task While_the_broker_is_away_every_service_lives_and_is_not_ready()
    {
        await target.StackAsync("stop", "rabbitmq");
        try
        {
            foreach (var service in new[] { Edge, Arbiter, Accounting })
            {
                await UntilReadyAsync(service, ready: false);
                Assert.Equal("The broker does not answer.", (await AskAsync(service, "ready")).Check("broker"));
                Assert.Equal(200, (await AskAsync(service, "live")).Status);
                Assert.NotEmpty((await MetricsPage.ReadAsync(target, service)).Text);
            }
        }
        finally
        {
            await target.StackAsync("start", "rabbitmq");
        }

        await AllReadyAsync();
    }

    private async Task AllReadyAsync()
    {
        foreach (var service in new[] { Edge, Arbiter, Accounting })
            await UntilReadyAsync(service, ready: true);
        await Target.UntilAsync("granting again", Within, async () =>
            (await target.Work.TryStartAsync(NewRoot("again"), 5))?.Status == 200);
    }

    private async Task UntilReadyAsync(Uri service, bool ready) => await Target.UntilAsync(
        $"ready: {ready}", Within, async () => (await AskAsync(service, "ready")).Status == (ready ? 200 : 503));

    private async Task<Told> AskAsync(Uri service, string what)
    {
        using var answer = await target.At(service).GetAsync("/health/" + what, Target.Stopped);
        return new Told((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Target.Stopped));
    }

    private sealed record Told(int Status, string Text)
    {
        public string? Check(string name)
        {
            using var json = JsonDocument.Parse(Text);
            return json.RootElement.GetProperty("checks").GetProperty(name).GetString();
        }
    }
}
