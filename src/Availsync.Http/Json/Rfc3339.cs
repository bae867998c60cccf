using System.Globalization;
using System.Text.RegularExpressions;

namespace Availsync.Http;

/// <summary>
/// Times on the wire (RFC 3339): sent in UTC with milliseconds, read with any offset and any fraction.
/// </summary>
public static partial class Rfc3339
{
    /// <summary><c>2026-05-22T10:30:00.000Z</c>.</summary>
    public static string Format(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>
    /// Reads a time; a fraction finer than 100 ns is cut off, a leap second counts as the second after.
    /// </summary>
    public static bool TryParse(string? text, out DateTimeOffset time)
    {
        time = default;
        if (text is null || text.Length > 64 || Shape().Match(text) is not { Success: true } match) return false;
        var leap = match.Groups["s"].ValueSpan is "60";
        var fraction = match.Groups["f"].Value;
        var offset = match.Groups["z"].Value.ToUpperInvariant();
        var seconds = leap ? "59" : match.Groups["s"].Value;
        var plain = $"{match.Groups["d"].Value}T{match.Groups["hm"].Value}:{seconds}"
            + $".{(fraction.Length > 7 ? fraction[..7] : fraction).PadRight(7, '0')}"
            + (offset == "Z" ? "+00:00" : offset);
        if (!DateTimeOffset.TryParseExact(
                plain,
                "yyyy-MM-dd'T'HH:mm:ss.fffffffzzz",
                CultureInfo.InvariantCulture,
                DateTimeStyles.None,
                out var read))
        {
            return false;
        }

        time = leap ? read.AddSeconds(1).ToUniversalTime() : read.ToUniversalTime();
        return true;
    }

    [GeneratedRegex(
        @"\A(?<d>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?<hm>[0-9]{2}:[0-9]{2}):(?<s>[0-9]{2})"
        + @"(\.(?<f>[0-9]+))?(?<z>[Zz]|[+-][0-9]{2}:[0-9]{2})\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Shape();
}
