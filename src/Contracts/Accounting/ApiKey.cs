using System.Buffers;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;

namespace Availsync.Contracts;

/// <summary>
/// The form of an agent's key: <c>avs_live_</c>, 32 random base62 characters (190 bits) and six base62 characters of a
/// CRC32 over what stands before them, so that a scanner can tell a real key off line.
/// </summary>
public static class ApiKey
{
    /// <summary>What every key begins with.</summary>
    public const string Prefix = "avs_live_";

    private const int RandomLength = 32;
    private const int CheckLength = 6;
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private static readonly SearchValues<char> Base62 = SearchValues.Create(Alphabet);

    /// <summary>A new key from the system's source of secrets.</summary>
    public static string Create()
    {
        var body = Prefix + RandomNumberGenerator.GetString(Alphabet, RandomLength);
        return body + Check(body);
    }

    /// <summary>
    /// Whether a text has the form of a key, its check included. Says nothing of whether it is known.
    /// </summary>
    public static bool IsWellFormed(string? text) =>
        text is { Length: 47 }
        && text.StartsWith(Prefix, StringComparison.Ordinal)
        && !text.AsSpan(Prefix.Length).ContainsAnyExcept(Base62)
        && string.Equals(Check(text[..^CheckLength]), text[^CheckLength..], StringComparison.Ordinal);

    /// <summary>What is stored and asked for in place of a secret: SHA-256 in lower-case hexadecimal.</summary>
    public static string Hash(string secret) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string Check(string body)
    {
        var crc = Crc32.HashToUInt32(Encoding.ASCII.GetBytes(body));
        Span<char> check = stackalloc char[CheckLength];
        for (var i = CheckLength - 1; i >= 0; i--, crc /= 62) check[i] = Alphabet[(int)(crc % 62)];
        return new string(check);
    }
}
