using System.Globalization;
using System.Text.Json;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>Reads what is asked for by query parameters.</summary>
internal static class ClaimQueries
{
    /// <summary>The page of claims that is asked for; an agent's key sees its own alone.</summary>
    public static ListClaims? Read(Principal principal, IQueryCollection query, out Page page, out ApiError? mistake)
    {
        var errors = new List<FieldError>();
        page = Page.Read(query, errors);
        var status = ReadStatus(query, errors);
        var resource = ReadResource(query, errors);
        mistake = errors.Count == 0 ? null : ApiError.ValidationFailed(errors);
        var agentId = (principal as AgentPrincipal)?.Agent.Id;
        return mistake is null
            ? new ListClaims(principal.Workspace.Id, agentId, status, resource, page.Limit, page.Offset)
            : null;
    }

    /// <summary>The token that the caller has seen, or null where it names none.</summary>
    public static FencingToken? ReadFencingToken(IQueryCollection query, out ApiError? mistake)
    {
        mistake = null;
        if (!query.TryGetValue("fencing_token", out var given)) return null;
        if (given is [{ } text] && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var token))
            return new FencingToken(token);
        mistake = ApiError.ValidationFailed("fencing_token", "Must be a whole number of at least 0.");
        return null;
    }

    private static ClaimStatus? ReadStatus(IQueryCollection query, List<FieldError> errors)
    {
        if (!query.TryGetValue("status", out var given)) return null;
        foreach (var status in Enum.GetValues<ClaimStatus>())
        {
            if (given is [{ } text] && text == Name(status)) return status;
        }

        errors.Add(new FieldError(
            "status", $"Must be one of {string.Join(", ", Enum.GetValues<ClaimStatus>().Select(Name))}."));
        return null;
    }

    private static ResourceRef? ReadResource(IQueryCollection query, List<FieldError> errors)
    {
        if (!query.TryGetValue("resource", out var given)) return null;
        var error = "Must be given once.";
        if (given is [{ } text] && ResourceRef.TryParse(text, out var resource, out error)) return resource;
        errors.Add(new FieldError("resource", error));
        return null;
    }

    private static string Name(ClaimStatus status) => JsonNamingPolicy.SnakeCaseLower.ConvertName(status.ToString());
}
