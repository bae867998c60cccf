using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Availsync.Bus.Tests.Transports;

public sealed class BusOptionsTests
{
    [Theory]
    [InlineData("InMemory")]
    [InlineData("RabbitMq")]
    public void Nothing_is_reported_to_the_vendor_of_the_bus_library(string transport)
    {
        using var host = Build(("Bus:Transport", transport));

        Assert.False(host.Services.GetRequiredService<IOptions<UsageTelemetryOptions>>().Value.Enabled);
    }

    [Fact]
    public async Task Every_wrong_setting_is_listed_at_the_start()
    {
        using var host = Build(
            ("Bus:Transport", "RabbitMq"), ("Bus:Host", ""), ("Bus:Port", "0"), ("Bus:RequestTimeoutSeconds", "-1"),
            ("Bus:PublishTimeoutSeconds", "NaN"), ("Bus:DeliveryLimit", "0"), ("Bus:CommandQueues", "9"));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Equal(
            ["CommandQueues", "DeliveryLimit", "Host", "Port", "PublishTimeoutSeconds", "RequestTimeoutSeconds"],
            failure.Failures.Select(f => f.Split(' ')[0]["Bus:".Length..]).Order());
    }

    private static IHost Build(params (string Key, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(
            settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value)));
        builder.Services.AddAvailsyncBus(builder.Configuration);
        return builder.Build();
    }
}
