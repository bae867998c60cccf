using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>The <c>Idempotency-Key</c> of a request, and what names the request by it.</summary>
internal static class IdempotencyKeys
{
    private const string Header = "Idempotency-Key";

    /// <summary>Whether one was sent, well-formed or not.</summary>
    public static bool IsGiven(HttpRequest request) => request.Headers[Header].Count > 0;

    /// <summary>The key, or null where none was sent; a malformed one is a mistake like any other.</summary>
    public static IdempotencyKey? Read(HttpRequest request, Fields fields)
    {
        var given = request.Headers[Header];
        if (given.Count == 0) return null;
        if (given is [{ } text] && IdempotencyKey.TryParse(text, out var key)) return key;
        fields.Wrong(Header, $"Must be sent once, with 1 to {IdempotencyKey.LengthMax} visible ASCII characters.");
        return null;
    }

    /// <summary>The path is taken as it came: two spellings of a route are two requests.</summary>
    public static IdempotencyStamp? Stamp(
        HttpRequest request, Principal principal, IdempotencyKey? key, JsonBody body)
    {
        if (key is null) return null;
        var route = $"{request.Method} {request.PathBase}{request.Path}";
        return new IdempotencyStamp(principal.Workspace.Id, principal.Id, route, key, body.Sha256);
    }

    /// <summary>Where a refusal is kept that names no root: anywhere, as long as repeats come there too.</summary>
    public static Slot SlotOf(IdempotencyStamp stamp) => Slot.Of(stamp.OrgId, $"{stamp.PrincipalId} {stamp.Key.Value}");
}
