using System.Diagnostics.CodeAnalysis;
using Availsync.Contracts;

namespace Availsync.Edge.Access;

/// <summary>What a caller shows: the kind of its secret, and its hash, which is all that is ever asked for.</summary>
internal readonly record struct Credential(CredentialKind Kind, string SecretSha256)
{
    private const string Scheme = "Bearer ";

    /// <summary>
    /// Reads the credential of a request. A key goes before a cookie, and a malformed key is not replaced by one: the
    /// caller meant the key. What cannot be a key is refused here, without asking anybody.
    /// </summary>
    public static bool TryRead(HttpRequest request, out Credential credential)
    {
        credential = default;
        if (request.Headers.Authorization.Count > 0)
        {
            if (!TryReadKey(request, out var key)) return false;
            credential = new Credential(CredentialKind.AgentKey, ApiKey.Hash(key));
            return true;
        }

        if (SessionCookie.Read(request) is not { } token) return false;
        credential = new Credential(CredentialKind.Session, ApiKey.Hash(token));
        return true;
    }

    private static bool TryReadKey(HttpRequest request, [NotNullWhen(true)] out string? key)
    {
        key = null;
        if (request.Headers.Authorization is not [{ } header]) return false;
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        key = header[Scheme.Length..].Trim(' ');
        return ApiKey.IsWellFormed(key);
    }
}
