using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Events;

/// <summary>
/// Which events a listener asks for: of these types and on these resources; where none are named, of all.
/// </summary>
internal sealed class EventFilter
{
    private const int NamesMax = 50;

    private readonly HashSet<string> _types = new(StringComparer.Ordinal);
    private readonly List<string> _families = [];
    private readonly HashSet<ResourceRef> _resources = [];
    private readonly HashSet<HoldResource> _names = [];

    private EventFilter()
    {
    }

    /// <summary>
    /// Reads <c>type</c>, repeated or with commas, and <c>resource</c>, repeated, since a key may hold a comma; adds
    /// what is wrong to <paramref name="errors"/>.
    /// </summary>
    public static EventFilter Read(IQueryCollection query, ICollection<FieldError> errors)
    {
        var filter = new EventFilter();
        var types = Given(query, "type", errors).SelectMany(t => t.Split(','));
        foreach (var type in types.Select(t => t.Trim())) filter.AddType(type, errors);
        foreach (var text in Given(query, "resource", errors))
        {
            // A hold may be on any name, also on one that looks like a claim's resource.
            if (ResourceRef.TryParse(text, out var resource, out _)) filter._resources.Add(resource);
            if (HoldResource.TryParse(text, out var name, out var error)) filter._names.Add(name);
            else errors.Add(new FieldError("resource", error));
        }

        return filter;
    }

    /// <summary>The event as it is shown, or null where it was not asked for or is shown to nobody.</summary>
    public IEventView? Shown(ClaimEvent one)
    {
        if (EventView.Of(one) is not { } view) return null;
        if (_types.Count + _families.Count > 0 && !Names(view.Type)) return null;
        return _names.Count == 0 || view.IsOn(_resources, _names) ? view : null;
    }

    private void AddType(string type, ICollection<FieldError> errors)
    {
        if (EventType.All.Contains(type)) _types.Add(type);
        else if (EventType.Families.Contains(type)) _families.Add(type[..^1]);
        else if (errors.All(e => e.Field != "type")) errors.Add(new FieldError("type", WrongType));
    }

    private bool Names(string type) =>
        _types.Contains(type) || _families.Exists(f => type.StartsWith(f, StringComparison.Ordinal));

    private static IEnumerable<string> Given(IQueryCollection query, string name, ICollection<FieldError> errors)
    {
        if (!query.TryGetValue(name, out var given)) return [];
        if (given.Count <= NamesMax) return given.Select(g => g ?? "");
        errors.Add(new FieldError(name, $"Must be given at most {NamesMax} times."));
        return [];
    }

    private static string WrongType { get; } =
        $"Must be of {string.Join(", ", EventType.All.Concat(EventType.Families))}.";
}
