using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Availsync.Bench;

/// <summary>What is asked of the server, over and over.</summary>
internal enum Mode
{
    /// <summary>Start and finish, each connection on resources of its own.</summary>
    Distinct,

    /// <summary>Start and finish, all connections on one resource: one of them holds it, the others are told so.</summary>
    Hot,

    /// <summary>The liveness page: HTTP and nothing behind it.</summary>
    Health,

    /// <summary>A request without a credential: the edge's own pipeline and its error object.</summary>
    Unauthorized,

    /// <summary>One claim by id: authentication, a message there and back, a row read.</summary>
    Read,

    /// <summary>A pre-flight check: what a start costs but for what a start writes.</summary>
    Check,

    /// <summary>A run waits for another one's claim to end, for each cause: the time until the waiter is told.</summary>
    Handover,
}

internal sealed record BenchOptions(
    Uri Url, IReadOnlyList<string> Keys, int Connections, int Seconds, int Warmup, int Rounds, Mode Mode, string? Row)
{
    public const string Usage =
        """
        usage: Availsync.Bench --url URL [--key KEY | --keys KEY,KEY] [--connections 32] [--seconds 10] [--warmup 3]
                               [--mode distinct|hot|check|read|unauthorized|health] [--row LABEL]
               Availsync.Bench --url URL --mode handover [--rounds 50] [--row LABEL]
        Keys may come in the environment instead, as AVAILSYNC_KEYS. --row prints one row of a Markdown table.
        handover needs no key: it signs up a workspace of its own, so sign-up has to be open. It prints a row for each cause
        and ends with 1 if a waiter was told later than 250 ms.
        """;

    public static bool TryParse(
        string[] args, [NotNullWhen(true)] out BenchOptions? options, [NotNullWhen(false)] out string? problem)
    {
        options = null;
        var given = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var at = 0; at < args.Length; at += 2)
        {
            if (!args[at].StartsWith("--", StringComparison.Ordinal) || at + 1 == args.Length)
            {
                problem = $"'{args[at]}' is not an option with a value.";
                return false;
            }

            given[args[at][2..]] = args[at + 1];
        }

        if (!Uri.TryCreate(given.GetValueOrDefault("url"), UriKind.Absolute, out var url))
        {
            problem = "--url is needed, such as http://127.0.0.1:8080.";
            return false;
        }

        if (!Enum.TryParse<Mode>(given.GetValueOrDefault("mode", "distinct"), ignoreCase: true, out var mode))
        {
            problem = "--mode is one of distinct, hot, check, handover, read, unauthorized, health.";
            return false;
        }

        var keys = (given.GetValueOrDefault("keys") ?? given.GetValueOrDefault("key")
            ?? Environment.GetEnvironmentVariable("AVAILSYNC_KEYS") ?? "")
            .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (keys.Length == 0 && mode is not (Mode.Health or Mode.Unauthorized or Mode.Handover))
        {
            problem = "An agent key is needed: --key, or AVAILSYNC_KEYS in the environment.";
            return false;
        }

        if (!Number(given, "connections", 32, 1, out var connections, out problem) ||
            !Number(given, "seconds", 10, 1, out var seconds, out problem) ||
            !Number(given, "warmup", 3, 0, out var warmup, out problem) ||
            !Number(given, "rounds", 50, 1, out var rounds, out problem))
        {
            return false;
        }

        options = new BenchOptions(
            url, keys, connections, seconds, warmup, rounds, mode, given.GetValueOrDefault("row"));
        return true;
    }

    private static bool Number(
        Dictionary<string, string> given, string name, int unless, int least, out int value,
        [NotNullWhen(false)] out string? problem)
    {
        value = unless;
        problem = null;
        if (!given.TryGetValue(name, out var text)) return true;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value >= least)
            return true;
        problem = $"--{name} is a whole number of at least {least}.";
        return false;
    }
}
