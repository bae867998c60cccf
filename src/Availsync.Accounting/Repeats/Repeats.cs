using System.Text;
using Availsync.Contracts;
using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// <c>Idempotency-Key</c>: the answer is recorded in the transaction of the change, so that a repeat finds either both
/// or neither. A repeat that comes while the first is in flight waits behind it, as every change of a workspace does.
/// </summary>
internal sealed class Repeats(
    HttpContext context, AccountingDbContext db, Guid orgId, Guid principalId, DateTimeOffset now)
{
    public const string Header = "Idempotency-Key";

    private const string ReplayedHeader = "Idempotency-Replayed";

    /// <summary>Whether the request names a key, be it a valid one or not.</summary>
    public static bool IsAsked(HttpContext context) => context.Request.Headers.ContainsKey(Header);

    /// <summary>The request's key, or why it is none; both null where there is none.</summary>
    public static (IdempotencyKey? Key, ApiError? Error) Read(HttpContext context)
    {
        if (!context.Request.Headers.TryGetValue(Header, out var values)) return (null, null);
        return values is [{ } text] && IdempotencyKey.TryParse(text, out var key)
            ? (key, null)
            : (null, ApiError.ValidationFailed(Header, "Must be 1 to 255 visible ASCII characters."));
    }

    /// <summary>
    /// Runs the change, or answers as the first time. Refusals are kept too, but for 400, 401, 413, 415 and 429; a
    /// refused change must have written nothing. Called inside the change's transaction, under a lock of the
    /// principal's.
    /// </summary>
    public async Task<IResult> OnceAsync(IdempotencyKey key, JsonBody body, Func<Task<IResult>> change)
    {
        var route = RouteOf(context.Request);
        var same = db.Repeats.AsNoTracking().Where(row =>
            row.OrgId == orgId && row.PersonId == principalId && row.Route == route && row.Key == key.Value);
        var kept = await same.SingleOrDefaultAsync(context.RequestAborted);
        if (kept is not null && kept.CreatedAt + RepeatRow.Lifetime > now) return Replay(kept, body);
        // A record past its day is gone, whether or not the sweep has come by; it may come by right now.
        if (kept is not null) await same.ExecuteDeleteAsync(context.RequestAborted);
        var answer = await change();
        var (status, bytes) = await AnswerBytes.CaptureAsync(context, answer);
        if (status is 400 or 401 or 413 or 415 or 429 or >= 500) return answer;
        db.Add(new RepeatRow
        {
            OrgId = orgId,
            PersonId = principalId,
            Route = route,
            Key = key.Value,
            BodySha256 = body.Sha256,
            Status = status,
            Answer = bytes,
            CreatedAt = now,
        });
        return new AnswerBytes(status, bytes);
    }

    private static IResult Replay(RepeatRow kept, JsonBody body) => kept.BodySha256 == body.Sha256
        ? new AnswerBytes(kept.Status, kept.Answer, ReplayedHeader)
        : new ApiError(
            StatusCodes.Status422UnprocessableEntity,
            "idempotency_key_reused",
            "The Idempotency-Key was used before with another body.");

    private static string RouteOf(HttpRequest request) =>
        new StringBuilder(request.Method).Append(' ').Append(request.Path.Value).ToString();
}
