using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Availsync.System.Tests.Secrets;

/// <summary>
/// Reads whatever it is given for a number of texts, each as it is and in the forms that a text takes on its way
/// through logs, messages and tables.
/// </summary>
internal sealed class SecretSearch
{
    private const int ChunkBytes = 1 << 20;

    private readonly List<(string Form, string Finding)> _forms;
    private readonly SearchValues<string> _any;
    private readonly int _longest;

    /// <param name="texts">By what they are called in a finding.</param>
    public SecretSearch(IEnumerable<(string What, string Text)> texts)
    {
        _forms = [.. texts.SelectMany(text => FormsOf(text.Text)
            .Select(form => (form.Form, $"{text.What}, {form.How}"))).DistinctBy(form => form.Form)];
        _any = SearchValues.Create([.. _forms.Select(form => form.Form)], StringComparison.Ordinal);
        _longest = _forms.Max(form => form.Form.Length);
    }

    /// <summary>Everything that was found, and where.</summary>
    public SortedSet<string> Findings { get; } = new(StringComparer.Ordinal);

    public async Task ReadAsync(string place, Stream content)
    {
        var bytes = new byte[ChunkBytes];
        var text = new char[ChunkBytes];
        var kept = 0;
        while (await content.ReadAtLeastAsync(bytes.AsMemory(kept), 1, throwOnEndOfStream: false) is > 0 and var read)
        {
            var length = kept + read;

            // One character a byte: the forms are ASCII, and what is around them is of no interest.
            Encoding.Latin1.GetChars(bytes, 0, length, text, 0);
            Look(place, text.AsSpan(0, length));
            kept = Math.Min(length, _longest - 1);
            bytes.AsSpan(length - kept, kept).CopyTo(bytes);
        }
    }

    private void Look(string place, ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAny(_any); at >= 0; at = text.IndexOfAny(_any))
        {
            text = text[at..];
            foreach (var (form, finding) in _forms)
            {
                if (text.StartsWith(form, StringComparison.Ordinal)) Findings.Add($"{finding}: {place}");
            }

            text = text[1..];
        }
    }

    private static IEnumerable<(string Form, string How)> FormsOf(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        yield return (text, "as it is");
        yield return (Uri.EscapeDataString(text), "URL-encoded");
        yield return (JsonEncodedText.Encode(text).ToString(), "in JSON");
        yield return (JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString(), "in JSON");
        yield return (Convert.ToHexString(bytes), "in hexadecimal");
        yield return (Convert.ToHexStringLower(bytes), "in hexadecimal");
        for (var before = 0; before < 3; before++)
        {
            var form = Base64Within(bytes, before);
            yield return (form, "in base64");
            yield return (form.Replace('+', '-').Replace('/', '_'), "in base64url");
        }
    }

    /// <summary>What is the same in base64 whatever stands around, after so many bytes or three more.</summary>
    private static string Base64Within(byte[] bytes, int before)
    {
        var all = Convert.ToBase64String([.. new byte[before], .. bytes]);
        var first = (before * 8 + 5) / 6;
        return all[first..((before + bytes.Length) * 8 / 6)];
    }
}
