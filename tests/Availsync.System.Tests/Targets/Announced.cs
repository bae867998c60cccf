using System.Text.RegularExpressions;

namespace Availsync.System.Tests.Targets;

/// <summary>The secrets that the first start has printed, and the lines it has printed them in.</summary>
internal sealed partial record Announced(string Email, string Password, string Key)
{
    /// <summary>What has been announced in this output; null before all of it has been.</summary>
    public static Announced? In(string output)
    {
        var (signIn, key) = (SignIn().Match(output), AgentKey().Match(output));
        return signIn.Success && key.Success
            ? new Announced(signIn.Groups[1].Value, signIn.Groups[2].Value, key.Groups[1].Value)
            : null;
    }

    /// <summary>An output without its first announcement: nowhere else may these secrets be.</summary>
    public static string Remove(string output)
    {
        foreach (var line in new[] { SignIn(), Export(), AgentKey() }) output = line.Replace(output, "", count: 1);
        return output;
    }

    [GeneratedRegex(@"^sign-in: (\S+) / (\S+)$", RegexOptions.Multiline)]
    private static partial Regex SignIn();

    [GeneratedRegex(@"^export AVAILSYNC_KEY=(\S+)$", RegexOptions.Multiline)]
    private static partial Regex Export();

    [GeneratedRegex(@"^agent key: (\S+)$", RegexOptions.Multiline)]
    private static partial Regex AgentKey();
}
