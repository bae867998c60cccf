using Availsync.Edge.Tests.Worlds;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Tests.Conventions;

public sealed class OptionsTests
{
    [Theory]
    [InlineData("Partitions:Count", "0")]
    [InlineData("Partitions:Count", "1025")]
    [InlineData("RateLimits:PerKeyPerSecond", "-1")]
    [InlineData("Edge:AnswerWithinSeconds", "0")]
    [InlineData("Edge:LaneQueueMax", "0")]
    [InlineData("Edge:PrincipalsMax", "0")]
    [InlineData("Edge:TrafficQueueMax", "0")]
    [InlineData("Edge:TrafficGatherMilliseconds", "5001")]
    [InlineData("Events:HeartbeatSeconds", "0")]
    [InlineData("Events:StreamsMax", "0")]
    [InlineData("Events:StreamsPerWorkspaceMax", "0")]
    [InlineData("Events:WriteWithinSeconds", "301")]
    [InlineData("Events:PollSeconds", "0")]
    [InlineData("Accounting:Address", "ftp://x")]
    [InlineData("Internal:SigningKey", "c2hvcnQ=")]
    public async Task A_wrong_setting_stops_the_service_and_is_named(string key, string value)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => EdgeWorld.StartAsync((key, value)));
        Assert.Contains(key, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_wrong_setting_of_a_section_is_named()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => EdgeWorld.StartAsync(
            ("Edge:AnswerWithinSeconds", "0"), ("Edge:LaneQueueMax", "0"), ("Edge:AllowedOrigins:0", "nowhere")));
        Assert.Equal(3, failure.Failures.Count());
    }
}
