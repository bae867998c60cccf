using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>
/// The caller as the edge has authenticated it, signed for accounting: a short-lived token in a header that the edge
/// strips from whatever comes in. Payload and HMAC-SHA256 in base64url, joined by a dot.
/// </summary>
/// <param name="Principal">Null for a call without a credential (sign-up, sign-in).</param>
/// <param name="RemoteAddress">Where the call came from, for throttling sign-ins.</param>
/// <param name="RequestId">The <c>X-Request-Id</c> of the call.</param>
/// <param name="IssuedAt">The token holds for <see cref="Lifetime"/> either side of this.</param>
/// <param name="Scheme"><c>http</c> or <c>https</c>, as the client has called the edge.</param>
/// <param name="OverLoopback">
/// Whether both ends of the client's connection to the edge were loopback addresses, with no proxy in between.
/// </param>
public sealed record InternalIdentity(
    Principal? Principal,
    string? RemoteAddress,
    string RequestId,
    DateTimeOffset IssuedAt,
    string Scheme = "https",
    bool OverLoopback = false)
{
    /// <summary>The header that carries the token from edge to accounting.</summary>
    public const string Header = "X-Availsync-Identity";

    /// <summary>
    /// The header in which accounting tells the edge the code of an error it answers with. The edge strips it.
    /// </summary>
    public const string ErrorHeader = "X-Availsync-Error";

    /// <summary>How long a token holds, clocks that differ included.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>Whether the client spoke plain HTTP on loopback, where a cookie needs not be Secure.</summary>
    [JsonIgnore]
    public bool IsPlainLoopback => OverLoopback && Scheme == "http";

    /// <summary>Signs this identity with the key that edge and accounting share (32 bytes or more).</summary>
    public string Sign(ReadOnlySpan<byte> key)
    {
        var payload = Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(this));
        return $"{payload}.{Base64Url.EncodeToString(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(payload)))}";
    }

    /// <summary>The identity in <paramref name="token"/>, or null where it is forged, malformed or too old.</summary>
    public static InternalIdentity? Verify(string? token, ReadOnlySpan<byte> key, DateTimeOffset now)
    {
        var parts = token?.Split('.');
        if (parts is not [var payload, var signature]) return null;
        try
        {
            var expected = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(payload));
            if (!CryptographicOperations.FixedTimeEquals(expected, Base64Url.DecodeFromChars(signature))) return null;
            var identity = JsonSerializer.Deserialize<InternalIdentity>(Base64Url.DecodeFromChars(payload));
            return identity is not null && (now - identity.IssuedAt).Duration() <= Lifetime ? identity : null;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            return null;
        }
    }
}
