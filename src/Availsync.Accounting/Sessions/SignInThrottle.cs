using System.Net;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>
/// Five failed sign-ins in fifteen minutes for one account and address, and nobody signs in there until the oldest of
/// them is fifteen minutes old. An unknown e-mail is counted like a known one, so that the answer tells nothing.
/// </summary>
internal sealed class SignInThrottle(AccountingDbContext db, TimeProvider time)
{
    public const int FailuresMax = 5;
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(15);

    private const int Ipv6NetworkBytes = 8;

    /// <summary>
    /// What counts as one address: an IPv6 address without its last 64 bits, since every subscriber has all of those.
    /// </summary>
    public static string AddressOf(string? remote)
    {
        if (!IPAddress.TryParse(remote, out var address)) return "";
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var bytes = address.GetAddressBytes();
        if (bytes.Length > Ipv6NetworkBytes && !IPAddress.IsLoopback(address)) Array.Clear(bytes, Ipv6NetworkBytes, 8);
        return new IPAddress(bytes).ToString();
    }

    /// <summary>The refusal where there were too many failures, or null.</summary>
    public async Task<IResult?> RefuseAsync(string account, string address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var since = now - Window;
        var last = await db.FailedSignIns
            .Where(row => row.Account == account && row.Address == address && row.At > since)
            .OrderByDescending(row => row.At)
            .Select(row => row.At)
            .Take(FailuresMax)
            .ToListAsync(cancellationToken);
        if (last.Count < FailuresMax) return null;
        return new TooManyFailures((int)Math.Ceiling((last[^1] + Window - now).TotalSeconds));
    }

    public async Task RecordFailureAsync(string account, string address, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var transaction = await db.BeginWriteAsync(cancellationToken);
        db.Add(new FailedSignInRow { Id = Guid.CreateVersion7(now), Account = account, Address = address, At = now });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    /// <summary>A right password forgives the wrong ones before it; runs inside the sign-in's transaction.</summary>
    public Task ForgetAsync(string account, string address, CancellationToken cancellationToken) =>
        db.FailedSignIns.Where(row => row.Account == account && row.Address == address)
            .ExecuteDeleteAsync(cancellationToken);

    private sealed class TooManyFailures(int seconds) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var headers = httpContext.Response.Headers;
            headers["RateLimit-Policy"] = $"\"sign-in\";q={FailuresMax};w={(int)Window.TotalSeconds}";
            headers["RateLimit"] = $"\"sign-in\";r=0;t={seconds}";
            var error = new ApiError(
                StatusCodes.Status429TooManyRequests, "rate_limited", "Too many failed sign-ins; try again later.");
            return (error with { RetryAfterSeconds = seconds }).ExecuteAsync(httpContext);
        }
    }
}
