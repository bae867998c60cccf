using System.Globalization;
using System.Threading.RateLimiting;
using Availsync.Http;
using Microsoft.Extensions.Options;

namespace Availsync.Edge.Limits;

/// <summary>
/// A bucket of tokens a key: so many a second in the long run, twice that at once. Told in every answer in the fields
/// of draft-ietf-httpapi-ratelimit-headers: a bucket of 2n that fills in two seconds is a quota of 2n in a window of 2 s.
/// </summary>
internal sealed class KeyBuckets : IDisposable
{
    private const string LimitField = "RateLimit";
    private const string PolicyField = "RateLimit-Policy";

    private readonly int _perSecond;
    private readonly string _policy;
    private readonly PartitionedRateLimiter<Guid>? _limiter;

    public KeyBuckets(IOptions<RateLimitOptions> options)
    {
        _perSecond = options.Value.PerKeyPerSecond;
        _policy = $"\"key\";q={Text(2 * _perSecond)};w=2";
        if (_perSecond == 0) return;
        _limiter = PartitionedRateLimiter.Create<Guid, Guid>(
            key => RateLimitPartition.GetTokenBucketLimiter(key, Bucket));
    }

    /// <summary>Takes a token and says in the answer what is left; a refusal where there was none.</summary>
    public ApiError? Take(Guid keyId, HttpResponse response)
    {
        if (_limiter is null) return null;
        using var lease = _limiter.AttemptAcquire(keyId);
        var left = _limiter.GetStatistics(keyId)?.CurrentAvailablePermits ?? 0;
        var secondsToFull = (2 * _perSecond - left + _perSecond - 1) / _perSecond;
        response.Headers[PolicyField] = _policy;
        response.Headers[LimitField] = $"\"key\";r={Text(left)};t={Text(secondsToFull)}";
        return lease.IsAcquired ? null : Refusal;
    }

    public void Dispose() => _limiter?.Dispose();

    private static ApiError Refusal { get; } =
        new(429, "rate_limited", "Too many requests; wait for as long as Retry-After says.") { RetryAfterSeconds = 1 };

    private TokenBucketRateLimiterOptions Bucket(Guid key) => new()
    {
        TokenLimit = 2 * _perSecond,
        TokensPerPeriod = _perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    };

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
