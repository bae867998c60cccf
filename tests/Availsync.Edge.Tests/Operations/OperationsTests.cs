using System.Net;
using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Availsync.Edge.Tests.Operations;

/// <summary>What operators see of an edge, and others do not.</summary>
public sealed class OperationsTests : IAsyncLifetime
{
    private EdgeWorld _world = null!;

    public async ValueTask InitializeAsync() => _world = await EdgeWorld.StartAsync();

    public ValueTask DisposeAsync() => _world.DisposeAsync();

    [Fact]
    public async Task Operators_read_what_is_measured()
    {
        await _world.PostAsync("/v1/work/check", """{"resource":"repo:a/b"}""");
        var page = await _world.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.OK, page.Status);
        Assert.Contains("availsync_lane_commands_bucket", page.Text, StringComparison.Ordinal);
        Assert.Contains("http_route=\"/v1/work/check\"", page.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_world.ApiKeyText, page.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Forwarded", "for=192.0.2.7")]
    [InlineData("X-Forwarded-For", "127.0.0.1")]
    [InlineData("Via", "1.1 proxy")]
    public async Task What_a_proxy_passes_on_is_nobody_of_ours(string name, string value)
    {
        var metrics = await _world.GetAsync("/metrics", r => r.Headers.Add(name, value));
        var ready = await _world.GetAsync("/health/ready", r => r.Headers.Add(name, value));
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (metrics.Status, metrics.Error));
        Assert.Equal("""{"status":"ok"}""", ready.Text);
    }

    [Fact]
    public async Task Operators_are_told_which_check_says_what()
    {
        var ready = await _world.GetAsync("/health/ready");
        Assert.Equal("""{"status":"ok","checks":{"draining":"ok"}}""", ready.Text);
    }

    [Fact]
    public async Task A_process_that_stops_says_so_and_goes_on_answering_until_it_was_heard()
    {
        await using var world = await EdgeWorld.StartAsync(("Shutdown:DrainSeconds", "5"));
        world.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        var stopping = world.StopAsync();

        var ready = await world.GetAsync("/health/ready");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "arbiter_unavailable"), (ready.Status, ready.Error));
        Assert.Contains("\"draining\":\"The process stops.\"", ready.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await world.GetAsync("/health/live")).Status);
        Assert.False(stopping.IsCompleted);

        world.Time.Advance(TimeSpan.FromSeconds(5));
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => world.GetAsync("/health/live"));
    }
}
