using System.Reflection;
using Availsync.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Availsync.Operations.Telemetry;

/// <summary>Metrics and traces by way of OpenTelemetry.</summary>
internal static class TelemetryRegistration
{
    private const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string ProtocolVariable = "OTEL_EXPORTER_OTLP_PROTOCOL";

    /// <summary>What is measured: the services, and the frameworks under them.</summary>
    private static readonly string[] Meters =
    [
        "Availsync.*", "MassTransit", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
        "System.Net.Http", "System.Runtime",
    ];

    private static readonly string[] Sources = ["Availsync.*", "MassTransit", "Npgsql", "Yarp.ReverseProxy"];

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration, string serviceName)
    {
        services.AddSettings<TelemetryOptions>(configuration, TelemetryOptions.Section);
        services.AddSingleton<OperatorsOnly>();
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(serviceName, serviceVersion: Version))
            .WithMetrics(metrics => metrics.AddMeter(Meters).AddPrometheusExporter());
        var endpoint = configuration[$"{TelemetryOptions.Section}:{nameof(TelemetryOptions.OtlpEndpoint)}"];
        if (string.IsNullOrEmpty(endpoint) && string.IsNullOrEmpty(configuration[EndpointVariable])) return;
        telemetry.WithTracing(traces => traces
            .AddSource(Sources)
            .AddAspNetCoreInstrumentation(http => http.Filter = IsCall)
            .AddHttpClientInstrumentation()
            .SetSampler(_ => new ParentBasedSampler(new CallSampler(SampleRatio(configuration))))
            .AddOtlpExporter(otlp => Settle(otlp, configuration, endpoint)));
    }

    /// <summary>
    /// Over HTTP unless the environment says otherwise. Where it says where to, too, the exporter has read that by itself.
    /// </summary>
    private static void Settle(OtlpExporterOptions otlp, IConfiguration configuration, string? endpoint)
    {
        if (string.IsNullOrEmpty(configuration[ProtocolVariable])) otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        if (!Uri.TryCreate(endpoint, UriKind.Absolute, out var collector)) return;
        otlp.Endpoint = otlp.Protocol == OtlpExportProtocol.HttpProtobuf
            ? new Uri(collector.AbsoluteUri.TrimEnd('/') + "/v1/traces")
            : collector;
    }

    public static void MapMetrics(this IEndpointRouteBuilder routes, Audience audience, OperatorsOnly guard)
    {
        var page = routes.CreateApplicationBuilder()
            .UseOpenTelemetryPrometheusScrapingEndpoint(_ => true)
            .Build();
        routes.MapMethods("/metrics", [HttpMethods.Get], context =>
        {
            if (guard.Admits(context, audience)) return page(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    private static string Version =>
        typeof(TelemetryRegistration).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()
            ?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>Probes and scrapes come every few seconds and tell nothing.</summary>
    private static bool IsCall(HttpContext context) =>
        !context.Request.Path.StartsWithSegments("/health") && !context.Request.Path.StartsWithSegments("/metrics");

    /// <summary>What is not a number is told of by the check of settings, before anything is sampled.</summary>
    private static double SampleRatio(IConfiguration configuration) =>
        double.TryParse(
            configuration[$"{TelemetryOptions.Section}:{nameof(TelemetryOptions.SampleRatio)}"],
            System.Globalization.CultureInfo.InvariantCulture, out var ratio)
            ? Math.Clamp(ratio, 0, 1)
            : 1;
}
