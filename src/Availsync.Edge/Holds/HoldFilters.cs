using System.Text.Json;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Holds;

/// <summary>Reads which holds are asked for by query parameters.</summary>
internal static class HoldFilters
{
    /// <summary>The page that is asked for; an agent's key sees its own alone.</summary>
    public static ListHolds? Read(Principal principal, IQueryCollection query, out Page page, out ApiError? mistake)
    {
        var errors = new List<FieldError>();
        page = Page.Read(query, errors);
        var status = ReadStatus(query, errors);
        var resource = ReadResource(query, errors);
        var (from, to) = (ReadTime(query, "from", errors), ReadTime(query, "to", errors));
        if (from > to) errors.Add(new FieldError("from", "Must not be after to."));
        mistake = errors.Count == 0 ? null : ApiError.ValidationFailed(errors);
        return mistake is null
            ? new ListHolds(
                principal.Workspace.Id, OwnOnly(principal), status, resource, from, to, page.Limit, page.Offset)
            : null;
    }

    /// <summary>The agent beyond whose holds the caller does not see; null for a person, who sees all.</summary>
    public static Guid? OwnOnly(Principal principal) => (principal as AgentPrincipal)?.Agent.Id;

    private static HoldStatus? ReadStatus(IQueryCollection query, List<FieldError> errors)
    {
        if (!query.TryGetValue("status", out var given)) return null;
        foreach (var status in Enum.GetValues<HoldStatus>())
        {
            if (given is [{ } text] && text == Name(status)) return status;
        }

        errors.Add(new FieldError(
            "status", $"Must be one of {string.Join(", ", Enum.GetValues<HoldStatus>().Select(Name))}."));
        return null;
    }

    private static HoldResource? ReadResource(IQueryCollection query, List<FieldError> errors)
    {
        if (!query.TryGetValue("resource", out var given)) return null;
        var error = "Must be given once.";
        if (given is [{ } text] && HoldResource.TryParse(text, out var resource, out error)) return resource;
        errors.Add(new FieldError("resource", error));
        return null;
    }

    private static DateTimeOffset? ReadTime(IQueryCollection query, string name, List<FieldError> errors)
    {
        if (!query.TryGetValue(name, out var given)) return null;
        if (given is [{ } text] && Rfc3339.TryParse(text, out var time)) return time;
        errors.Add(new FieldError(name, "Must be an RFC 3339 time, such as 2026-05-22T10:30:00.000Z."));
        return null;
    }

    private static string Name(HoldStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
