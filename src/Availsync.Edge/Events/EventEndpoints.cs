using Availsync.Edge.Access;
using Availsync.Edge.Traffic;

namespace Availsync.Edge.Events;

/// <summary>The route of the stream.</summary>
internal static class EventEndpoints
{
    public static void MapEvents(this IEndpointRouteBuilder routes)
    {
        var streams = routes.ServiceProvider.GetRequiredService<EventStreams>();
        routes.MapMethods("/v1/work/events", [HttpMethods.Get], (RequestDelegate)(async context =>
        {
            var answer = await streams.OpenAsync(context);
            await answer.ExecuteAsync(context);
        })).WithMetadata(
            new AdmissionRule(Admission.Authenticated), new TrafficType("event.stream", OfPeopleToo: true));
    }
}
