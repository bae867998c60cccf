using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Deployment;

/// <summary>What the proxy in front of the edges must never be set to.</summary>
public sealed class DoorTests
{
    private static readonly List<string> Lines =
        [.. File.ReadAllLines(Path.Combine(Checkout.Root, "docker/haproxy.cfg"))
            .Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] != '#')];

    [Fact]
    public void A_request_that_an_edge_may_have_seen_is_never_sent_again()
    {
        Assert.Equal("retry-on conn-failure", Assert.Single(Lines, l => l.StartsWith("retry-on", StringComparison.Ordinal)));
        Assert.DoesNotContain(Lines, l => l.Contains("on-marked-down", StringComparison.Ordinal));
    }

    [Fact]
    public void A_call_may_wait_for_its_turn()
    {
        foreach (var side in new[] { "client", "server" })
        {
            var line = Assert.Single(Lines, l => l.StartsWith($"timeout {side} ", StringComparison.Ordinal));
            Assert.True(int.Parse(line.Split(' ')[^1].TrimEnd('s'), null) > 60, line);
        }
    }

    [Fact]
    public void An_edge_that_is_not_ready_gets_nothing_while_another_is()
    {
        Assert.Contains("use_backend ready if { nbsrv(ready) gt 0 }", Lines);
        Assert.Contains("http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host door", Lines);
        Assert.Equal(2, Lines.Count(l => l == "http-check expect status 200"));
        Assert.Equal(2, Lines.Count(l => l.StartsWith("server-template edge ", StringComparison.Ordinal)));
    }

    /// <summary>The edges believe one address, so exactly one has to reach them.</summary>
    [Fact]
    public void What_a_client_says_about_its_address_is_replaced()
    {
        Assert.Contains("http-request set-header X-Forwarded-For %[src]", Lines);
        Assert.Contains("http-request del-header Forwarded", Lines);
        Assert.Contains(Lines, l => l.StartsWith("http-request set-header X-Forwarded-Proto http unless", StringComparison.Ordinal));
        Assert.DoesNotContain(Lines, l => l.StartsWith("option forwardfor", StringComparison.Ordinal));
    }

    [Fact]
    public void Its_own_refusals_are_in_the_language_of_the_contract()
    {
        foreach (var status in new[] { 502, 503, 504 })
        {
            var line = Assert.Single(Lines, l => l.StartsWith($"http-error status {status} ", StringComparison.Ordinal));
            Assert.Contains("content-type application/json", line, StringComparison.Ordinal);
            Assert.Contains("\"error\":\"arbiter_unavailable\"", line, StringComparison.Ordinal);
            Assert.Contains("hdr Retry-After 1", line, StringComparison.Ordinal);
        }
    }
}
