using System.Buffers.Text;
using System.Security.Cryptography;
using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>The cookie that carries a session's token. The edge reads it, and renews it with each use.</summary>
internal static class SessionCookie
{
    public const string Name = "availsync_session";

    private const int TokenBytes = 32;

    /// <summary>A session for a person, and the token that only its cookie carries.</summary>
    public static (SessionRow Row, string Token) Create(Guid personId, DateTimeOffset now)
    {
        var token = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(TokenBytes));
        var row = new SessionRow
        {
            Id = Guid.CreateVersion7(now),
            PersonId = personId,
            TokenSha256 = ApiKey.Hash(token),
            CreatedAt = now,
            LastUsedAt = now,
            ExpiresAt = now + SessionRow.Lifetime,
        };
        return (row, token);
    }

    /// <summary>Hands the cookie out.</summary>
    public static void Set(HttpContext context, string token) =>
        context.Response.Cookies.Append(Name, token, Options(context, SessionRow.Lifetime));

    /// <summary>Has the browser forget it.</summary>
    public static void Clear(HttpContext context) =>
        context.Response.Cookies.Append(Name, "", Options(context, TimeSpan.Zero));

    private static CookieOptions Options(HttpContext context, TimeSpan maxAge) => new()
    {
        Path = "/",
        MaxAge = maxAge,
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = !context.Identity().IsPlainLoopback,
    };
}
