using System.Text.Json;
using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

public sealed class PathPatternTests
{
    [Theory]
    [InlineData("a/b", "a/b")]
    [InlineData("./a//b", "a/b")]
    [InlineData("a/./b", "a/b")]
    [InlineData("././a", "a")]
    [InlineData("src/", "src/")]
    [InlineData("src//", "src/")]
    [InlineData("src/.", "src/")]
    [InlineData("...", "...")]
    [InlineData("a/..b/c..", "a/..b/c..")]
    [InlineData(" a b ", " a b ")]
    [InlineData("**", "**")]
    [InlineData("cafe\u0301/x", "caf\u00E9/x")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("a:b/c", "a:b/c")]
    public void A_path_is_normalised(string text, string normalised) =>
        Assert.Equal(normalised, Paths.Path(text).Text);

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData("/etc/passwd", "absolute")]
    [InlineData("/", "absolute")]
    [InlineData("C:/Windows", "absolute")]
    [InlineData("..", "'..'")]
    [InlineData("../a", "'..'")]
    [InlineData("a/../b", "'..'")]
    [InlineData("a/..", "'..'")]
    [InlineData("a/../", "'..'")]
    [InlineData("a\\b", "backslash")]
    [InlineData("a\0b", "NUL")]
    [InlineData(".", "below the top")]
    [InlineData("./", "below the top")]
    [InlineData(".//.", "below the top")]
    public void A_refusal_names_its_reason(string? text, string reason)
    {
        Assert.False(PathPattern.TryParse(text, out var pattern, out var error));
        Assert.Null(pattern);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0xD800, 'a')]
    [InlineData('a', 0xDC00)]
    [InlineData(0xDC00, 0xD800)]
    public void A_lone_surrogate_is_refused(int first, int second)
    {
        Assert.False(PathPattern.TryParse($"{(char)first}{(char)second}", out _, out var error));
        Assert.Contains("surrogate", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_length_is_counted_in_unicode_scalars()
    {
        var longest = string.Concat(Enumerable.Repeat("\U0001F600", PathPattern.LengthMax));
        Assert.Equal(longest, Paths.Path(longest).Text);
        Assert.False(PathPattern.TryParse(longest + "a", out _, out var error));
        Assert.Contains("1024", error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_grows_too_long_by_normalisation_is_refused_too()
    {
        // U+1D160 is one scalar that NFC always writes as three.
        var growing = string.Concat(Enumerable.Repeat("\U0001D160", PathPattern.LengthMax / 2));
        Assert.False(PathPattern.TryParse(growing, out _, out var error));
        Assert.Contains("1024", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a/b.cs", true, false)]
    [InlineData("a/", false, true)]
    [InlineData("a/*", false, false)]
    [InlineData("a/?b/c", false, false)]
    [InlineData("**/a/", false, true)]
    public void A_pattern_knows_whether_it_names_one_file_or_a_directory(string text, bool literal, bool directory)
    {
        Assert.Equal(literal, Paths.Path(text).IsLiteral);
        Assert.Equal(directory, Paths.Path(text).IsDirectory);
    }

    [Fact]
    public void Two_spellings_of_one_path_are_equal()
    {
        Assert.Equal(Paths.Path("./a//b"), Paths.Path("a/b"));
        Assert.Equal(Paths.Path("./a//b").GetHashCode(), Paths.Path("a/b").GetHashCode());
        Assert.NotEqual(Paths.Path("a/b"), Paths.Path("a/b/"));
        Assert.NotEqual(Paths.Path("a/b"), Paths.Path("A/b"));
    }

    [Fact]
    public void In_json_it_is_its_text()
    {
        var json = JsonSerializer.Serialize(Paths.Path("./src/"));
        Assert.Equal("\"src/\"", json);
        Assert.Equal(Paths.Path("src/"), JsonSerializer.Deserialize<PathPattern>(json));
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<PathPattern>("\"../a\""));
    }

    [Fact]
    public void Any_text_is_refused_with_a_sentence_or_is_normalised_once_and_for_all()
    {
        var part = Gen.OneOf(
            "a", "é", "e\u0301", ".", "..", "/", "//", "*", "?", "**", "\\", "\0", "\uD800", "\uDC00", " ");
        Gen.OneOf(part.Array[0, 12].Select(string.Concat), Gen.String).Sample(
            text =>
            {
                if (!PathPattern.TryParse(text, out var pattern, out var error))
                    return pattern is null && error.EndsWith('.');
                return PathPattern.TryParse(pattern.Text, out var again, out _)
                    && again.Equals(pattern)
                    && again.Segments.All(s => s is not ("" or "." or ".."))
                    && string.Join('/', pattern.Segments) == pattern.Text.TrimEnd('/');
            },
            iter: 20_000);
    }
}
