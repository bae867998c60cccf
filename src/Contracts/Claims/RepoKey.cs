namespace Availsync.Contracts;

/// <summary>
/// Brings the many spellings of a repo to one: <c>https://github.com/Owner/Repo.git</c>,
/// <c>git@github.com:Owner/Repo.git</c> and <c>Owner/Repo</c> become <c>Owner/Repo</c>, and a host other than
/// github.com stays in front. What has none of the known forms stays as it is.
/// </summary>
internal static class RepoKey
{
    private static readonly string[] Schemes = ["https", "http", "ssh", "git", "git+ssh", "git+https", "git+http"];
    private static readonly string[] GitHubHosts = ["github.com", "www.github.com", "ssh.github.com"];

    /// <summary>The shown form of <paramref name="key"/>; empty where the key names no repo.</summary>
    public static string Shown(string key)
    {
        // A path may itself look like an address. Going on until nothing changes makes a shown key its own shown form.
        while (true)
        {
            var next = Step(key);
            if (string.Equals(next, key, StringComparison.Ordinal)) return key;
            key = next;
        }
    }

    private static string Step(string key)
    {
        key = key.Trim();
        var (host, path) = TakeUrl(key) ?? TakeScp(key) ?? TakeHost(key);
        if (host is null) return WithoutEnding(path);

        var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (!GitHubHosts.Contains(host, StringComparer.OrdinalIgnoreCase))
            return segments.Length == 0 ? "" : WithoutEnding($"{host}/{string.Join('/', segments)}");

        // Whatever follows owner and repo on github.com is a page of that repo.
        return WithoutEnding(string.Join('/', segments.Take(2)));
    }

    /// <summary><c>scheme://user@host:port/path?query#fragment</c>.</summary>
    private static (string? Host, string Path)? TakeUrl(string key)
    {
        var colon = key.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0 || !Schemes.Contains(key[..colon], StringComparer.OrdinalIgnoreCase)) return null;
        var rest = key[(colon + 3)..];
        var end = rest.IndexOfAny(['?', '#']);
        if (end >= 0) rest = rest[..end];
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var (authority, path) = slash < 0 ? (rest, "") : (rest[..slash], rest[slash..]);

        // ssh://git@host:owner/repo is no proper URL, but it is often written: what follows the colon is no port.
        var host = WithoutUser(authority);
        var port = host.LastIndexOf(':');
        if (port < 0 || host.EndsWith(']')) return (host, path);
        var behind = host[(port + 1)..];
        return (host[..port], behind.All(char.IsAsciiDigit) ? path : behind + path);
    }

    /// <summary><c>user@host:path</c>, and <c>host:port/path</c>.</summary>
    private static (string? Host, string Path)? TakeScp(string key)
    {
        var colon = key.IndexOf(':', StringComparison.Ordinal);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (colon <= 0 || (slash >= 0 && slash < colon) || key.Contains("://", StringComparison.Ordinal)) return null;
        var authority = key[..colon];
        var host = WithoutUser(authority);
        var hasUser = host.Length < authority.Length;
        var path = key[(colon + 1)..].TrimStart('/');
        var isAddress = hasUser || (host.Contains('.') && path.Contains('/'));
        if (host.Length == 0 || path.Length == 0 || !isAddress) return null;

        // Digits are a port where enough follows to be a repo; git@host:123/repo has an owner called 123.
        var first = path.IndexOf('/', StringComparison.Ordinal);
        var isPort = first > 0
            && path[..first].All(char.IsAsciiDigit)
            && (!hasUser || path.IndexOf('/', first + 1) > 0);
        return (host, isPort ? path[(first + 1)..] : path);
    }

    /// <summary><c>github.com/owner/repo</c> and <c>user@host/owner/repo</c>; else the key as it is.</summary>
    private static (string? Host, string Path) TakeHost(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0) return (null, key);
        var host = WithoutUser(key[..slash]);
        var hasUser = host.Length < slash;
        var isHost = hasUser ? host.Contains('.') : GitHubHosts.Contains(host, StringComparer.OrdinalIgnoreCase);
        return isHost ? (host, key[slash..]) : (null, key);
    }

    private static string WithoutUser(string authority) => authority[(authority.LastIndexOf('@') + 1)..];

    private static string WithoutEnding(string path)
    {
        path = path.TrimEnd('/');
        return path.EndsWith(".git", StringComparison.OrdinalIgnoreCase) ? path[..^4] : path;
    }
}
