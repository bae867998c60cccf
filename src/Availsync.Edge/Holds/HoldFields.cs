using Availsync.Contracts;
using Availsync.Edge.Work;
using Availsync.Http;

namespace Availsync.Edge.Holds;

/// <summary>
/// Reads the bodies of calls about holds. What depends on the moment (is the window in the past?) is not asked here but
/// by the arbiter, behind the idempotency keys: a repeat is not to be refused for coming later.
/// </summary>
internal static class HoldFields
{
    private const int TtlSecondsMin = 30;
    private const int TtlSecondsMax = 86_400;

    /// <summary>The body of a hold, or of a preview of one.</summary>
    public static Draft Place(Fields fields, bool isPreview)
    {
        var (resource, window) = ReadWindow(fields);
        var ttl = fields.Whole("ttl_seconds", TtlSecondsMin, TtlSecondsMax);
        var priority = fields.Whole("priority", 0, StartFields.PriorityMax);
        var reason = fields.Text("reason", StartFields.ReasonMax);
        var metadata = fields.Object("metadata", StartFields.MetadataBytesMax) ?? "{}";
        return actor => new PlaceHold(
            actor.Caller, resource!, window!, ttl, priority ?? actor.Agent.DefaultPriority, reason, metadata,
            actor.Mode)
        {
            Arbitration = actor.Arbitration,
            Plan = actor.Plan,
            IsPreview = isPreview,
        };
    }

    public static Draft Check(Fields fields, DateTimeOffset now)
    {
        var (resource, window) = ReadWindow(fields);
        return actor => new CheckAvailability(actor.Caller, resource!, window!);
    }

    /// <summary>Both are there where the fields have no mistake.</summary>
    private static (HoldResource? Resource, HoldWindow? Window) ReadWindow(Fields fields)
    {
        var resource = ReadResource(fields);
        var (startsAt, endsAt) = (ReadTime(fields, "starts_at"), ReadTime(fields, "ends_at"));
        if (startsAt is not { } start || endsAt is not { } end) return (resource, null);
        if (!HoldWindow.TryCreate(start, end, out var window, out var error)) fields.Wrong("ends_at", error);
        return (resource, window);
    }

    /// <summary>The name itself knows which characters it takes; only the kind of the value is looked at.</summary>
    private static HoldResource? ReadResource(Fields fields)
    {
        const string Field = "resource";
        HoldResource? resource = null;
        if (fields.Find(Field) is not { } value) fields.Wrong(Field, "Is required.");
        else if (value.ValueKind != System.Text.Json.JsonValueKind.String) fields.Wrong(Field, "Must be a string.");
        else if (!HoldResource.TryParse(value.GetString(), out resource, out var error)) fields.Wrong(Field, error);
        return resource;
    }

    private static DateTimeOffset? ReadTime(Fields fields, string field)
    {
        if (!fields.Has(field)) fields.Wrong(field, "Is required.");
        return fields.Time(field);
    }
}
