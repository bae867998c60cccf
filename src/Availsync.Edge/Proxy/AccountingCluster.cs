using System.Globalization;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;

namespace Availsync.Edge.Proxy;

/// <summary>Tells the proxy where accounting is and when it is down.</summary>
internal static class AccountingCluster
{
    private const string ClusterId = "accounting";

    public static InMemoryConfigProvider Create(AccountingOptions accounting, EdgeOptions edge) =>
        new([.. AccountingRoutes.All.Select(Route)], [Cluster(accounting, edge)]);

    private static RouteConfig Route(AccountingRoute route) => new()
    {
        RouteId = route.Path,
        ClusterId = ClusterId,
        Match = new RouteMatch { Path = route.Path, Methods = route.Methods },
    };

    private static ClusterConfig Cluster(AccountingOptions accounting, EdgeOptions edge) => new()
    {
        ClusterId = ClusterId,
        LoadBalancingPolicy = LoadBalancingPolicies.PowerOfTwoChoices,
        HttpClient = new HttpClientConfig { RequestHeaderEncoding = "latin1", ResponseHeaderEncoding = "latin1" },
        HttpRequest = new ForwarderRequestConfig { ActivityTimeout = edge.AccountingPatience },
        HealthCheck = accounting.Addresses.Length > 1 ? Watched : null,
        Destinations = accounting.Addresses.Index().ToDictionary(
            a => a.Index.ToString(CultureInfo.InvariantCulture), a => new DestinationConfig { Address = a.Item }),
    };
    /// <summary>Only where there is another instance to go to does it help to know that one is ill.</summary>
    private static HealthCheckConfig Watched { get; } = new()
    {
        // With every instance under suspicion it is better to try one than to refuse without asking.
        AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
        Active = new ActiveHealthCheckConfig
        {
            Enabled = true,
            Interval = TimeSpan.FromSeconds(5),
            Timeout = TimeSpan.FromSeconds(2),
            Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
            Path = "/health/live",
        },
        Passive = new PassiveHealthCheckConfig
        {
            Enabled = true,
            Policy = HealthCheckConstants.PassivePolicy.TransportFailureRate,
            ReactivationPeriod = TimeSpan.FromSeconds(5),
        },
    };
}
