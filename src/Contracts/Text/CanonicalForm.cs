using System.Text;

namespace Availsync.Contracts;

/// <summary>
/// Unicode Normalization Form C (Unicode Standard Annex #15). The product runs with invariant globalization, so that it
/// needs no ICU beside the runtime; there <c>string.Normalize</c> leaves everything but ASCII as it is.
/// </summary>
internal static class CanonicalForm
{
    private const int HangulFirst = 0xAC00;
    private const int HangulCount = 11172;
    private const int LeadFirst = 0x1100;
    private const int LeadCount = 19;
    private const int VowelFirst = 0x1161;
    private const int VowelCount = 21;
    private const int TailFirst = 0x11A7;
    private const int TailCount = 28;

    /// <summary>Normalises <paramref name="text"/>, which must be well-formed UTF-16.</summary>
    public static string Of(string text)
    {
        // Everything below the first combining mark is normalised as it stands.
        if (!text.AsSpan().ContainsAnyInRange('\u0300', '\uFFFF')) return text;
        var scalars = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes()) Decompose(rune.Value, scalars);
        Order(scalars);
        Compose(scalars);
        var result = new StringBuilder(scalars.Count);
        foreach (var scalar in scalars) result.Append(new Rune(scalar).ToString());
        return result.ToString();
    }

    private static void Decompose(int scalar, List<int> into)
    {
        var hangul = scalar - HangulFirst;
        if (hangul is >= 0 and < HangulCount)
        {
            into.Add(LeadFirst + hangul / (VowelCount * TailCount));
            into.Add(VowelFirst + hangul / TailCount % VowelCount);
            if (hangul % TailCount > 0) into.Add(TailFirst + hangul % TailCount);
        }
        else if (CanonicalForms.Decompositions.TryGetValue(scalar, out var parts))
        {
            Decompose(parts.First, into);
            if (parts.Second > 0) into.Add(parts.Second);
        }
        else
        {
            into.Add(scalar);
        }
    }

    /// <summary>Sorts each run of combining marks by class, keeping the order of equals.</summary>
    private static void Order(List<int> scalars)
    {
        for (var start = 0; start < scalars.Count; start++)
        {
            if (CanonicalForms.ClassOf(scalars[start]) == 0) continue;
            var end = start + 1;
            while (end < scalars.Count && CanonicalForms.ClassOf(scalars[end]) != 0) end++;
            if (end - start > 1)
            {
                var sorted = scalars.GetRange(start, end - start).OrderBy(CanonicalForms.ClassOf).ToList();
                for (var i = 0; i < sorted.Count; i++) scalars[start + i] = sorted[i];
            }

            start = end;
        }
    }

    private static void Compose(List<int> scalars)
    {
        var starter = -1;
        var lastClass = -1;
        var kept = 0;
        foreach (var scalar in scalars.ToArray())
        {
            var combining = CanonicalForms.ClassOf(scalar);
            if (starter >= 0 && lastClass < combining && Composed(scalars[starter], scalar) is { } composed)
            {
                scalars[starter] = composed;
                continue;
            }

            // A mark right behind its starter is blocked by nothing, and so is a starter right behind a starter.
            if (combining == 0) starter = kept;
            lastClass = combining == 0 ? -1 : combining;
            scalars[kept++] = scalar;
        }

        scalars.RemoveRange(kept, scalars.Count - kept);
    }

    private static int? Composed(int first, int second)
    {
        if (first - LeadFirst is >= 0 and < LeadCount && second - VowelFirst is >= 0 and < VowelCount)
            return HangulFirst + ((first - LeadFirst) * VowelCount + second - VowelFirst) * TailCount;
        var hangul = first - HangulFirst;
        if (hangul is >= 0 and < HangulCount && hangul % TailCount == 0 && second - TailFirst is > 0 and < TailCount)
            return first + second - TailFirst;
        return CanonicalForms.Compositions.TryGetValue((first, second), out var composed) ? composed : null;
    }
}
