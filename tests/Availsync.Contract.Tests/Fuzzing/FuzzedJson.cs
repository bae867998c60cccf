using System.Globalization;
using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>Random JSON, and JSON that has gone wrong at random.</summary>
internal sealed class FuzzedJson(Random random)
{
    private static readonly string[] Strings =
    [
        "", " ", "a", "null", "0", "-1", "repo:owner/repo", "project:x", "repo:", ":", "repo:git@github.com:a/b.git",
        "edit",
        "read", "../..", "/", "**", "a/**/b", "*?*", "\0", "\u0007", "\ud83c\udf0d", "e\u0301", "\u202e", "\ufeff",
        "'; --",
        "2026-05-22T10:30:00Z", "9999-12-31T23:59:59.9999999+14:00", "0001-01-01T00:00:00-14:00", "%00", "{}",
        "<script>",
        "01900000-0000-7000-8000-000000000000", "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
    ];

    private static readonly string[] Numbers =
    [
        "0", "-0", "1", "-1", "5", "45", "1000", "1001", "86400", "86401", "1.5", "1.0", "1e2", "1e999", "-1e999",
        "1e-999",
        "2147483647", "2147483648", "-2147483649", "9223372036854775807", "9223372036854775808", "18446744073709551616",
        "0.1", "79228162514264337593543950336",
    ];

    public T Pick<T>(IReadOnlyList<T> items) => items[random.Next(items.Count)];

    /// <summary>A text of any characters, escaped where JSON wants it.</summary>
    public string Text(int longest)
    {
        if (random.Next(3) > 0) return Pick(Strings);
        var text = new StringBuilder();
        for (var i = random.Next(longest); i > 0; i--)
            text.Append(random.Next(4) == 0 ? (char)random.Next(0x20, 0xD7FF) : (char)random.Next(0x20, 0x7F));
        return text.ToString();
    }

    /// <summary>Any JSON value, as text.</summary>
    public string Value(int depth = 3) => random.Next(depth > 0 ? 8 : 6) switch
    {
        0 => "null",
        1 => random.Next(2) == 0 ? "true" : "false",
        2 or 3 => Pick(Numbers),
        4 or 5 => JsonSerializer.Serialize(Text(60)),
        6 => $"[{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Value(depth - 1)))}]",
        _ => $"{{{string.Join(',', Enumerable.Range(0, random.Next(5)).Select(_ => Member(depth - 1)))}}}",
    };

    private string Member(int depth) => $"{JsonSerializer.Serialize(Text(8))}:{Value(depth)}";

    /// <summary>The object with some members gone, doubled, or of another value.</summary>
    public string Mutated(JsonObject whole)
    {
        List<string> members = [];
        foreach (var (name, value) in whole)
        {
            var member = $"{JsonSerializer.Serialize(name)}:{value?.ToJsonString() ?? "null"}";
            switch (random.Next(12))
            {
                case 0: break;
                case 1: members.Add($"{JsonSerializer.Serialize(name)}:{Value()}"); break;
                case 2: members.AddRange([member, $"{JsonSerializer.Serialize(name)}:{Value()}"]); break;
                case 3: members.Add($"{JsonSerializer.Serialize(name.ToUpperInvariant())}:{Value()}"); break;
                default: members.Add(member); break;
            }
        }

        if (random.Next(6) == 0) members.Add($"{JsonSerializer.Serialize(Text(10))}:{Value()}");
        return $"{{{string.Join(',', members)}}}";
    }

    /// <summary>Bytes that once were this text: flipped, cut off, doubled.</summary>
    public byte[] Damaged(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text).ToList();
        for (var i = random.Next(1, 6); i > 0 && bytes.Count > 0; i--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0: bytes[at] = (byte)random.Next(256); break;
                case 1: bytes.RemoveAt(at); break;
                case 2: bytes.Insert(at, (byte)random.Next(256)); break;
                default: bytes.RemoveRange(at, bytes.Count - at); break;
            }
        }

        return [.. bytes];
    }

    public byte[] Noise(int longest)
    {
        var bytes = new byte[random.Next(longest)];
        random.NextBytes(bytes);
        return bytes;
    }

    public string Number() =>
        random.Next(2) == 0 ? Pick(Numbers) : random.NextInt64().ToString(CultureInfo.InvariantCulture);
}
