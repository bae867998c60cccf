using Availsync.Bus.Durable;
using Availsync.Contracts;
using Availsync.Views;

namespace Availsync.Arbiter.Relay;

/// <summary>An event as those outside get it on the broker: the JSON of the stream, and its marks as headers.</summary>
internal static class TopicEvent
{
    /// <summary>One message; none for what is nobody's business: observations and rehearsals.</summary>
    public static IEnumerable<TopicMessage> Of(ClaimEvent one) =>
        EventView.Of(one) is { } view ? [MessageOf(view)] : [];

    private static TopicMessage MessageOf(IEventView view) => new(
        view.Type, view.EventId, view.At, EventView.JsonOf(view), new Dictionary<string, object?>
        {
            ["org_id"] = view.OrgId.ToString(),
            ["root"] = view.Root,
            ["sequence"] = view.Sequence,
            ["request_id"] = view.RequestId,
        });
}
