using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>Routes whose answer carries a key.</summary>
internal static class KeyedAnswers
{
    /// <summary>
    /// Refuses an <c>Idempotency-Key</c>: to answer a repeat, the secret would have to be stored.
    /// </summary>
    public static ApiError? RefuseIdempotencyKey(HttpContext context) =>
        Repeats.IsAsked(context)
            ? ApiError.ValidationFailed(
                Repeats.Header, "Is not taken here: the answer has a key that is shown once and never stored.")
            : null;
}
