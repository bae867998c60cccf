using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

/// <summary>NFC, seen through the path patterns that it normalises.</summary>
public sealed class CanonicalFormTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9", "a letter and its mark")]
    [InlineData("\u0344", "\u0308\u0301", "a mark that is always taken apart")]
    [InlineData("\u0958", "\u0915\u093C", "a composition that is excluded")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "a long s with two marks")]
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315\u0062", "marks out of order")]
    [InlineData("a\u0323\u0302", "\u1EAD", "two marks composed one after the other")]
    [InlineData("a\u0302\u0323", "\u1EAD", "the same two in the other order")]
    [InlineData("a\u0301\u0301", "\u00E1\u0301", "a second mark of the same class")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01", "Hangul")]
    [InlineData("\uAC00\u11A8", "\uAC01", "Hangul with a tail on its own")]
    [InlineData("\u1100\uAC00\u11A8", "\u1100\uAC01", "Hangul beginning with another lead")]
    [InlineData("\u0B47\u0300\u0B3E", "\u0B47\u0300\u0B3E", "a mark that blocks")]
    [InlineData("\U0001D15E", "\U0001D157\U0001D165", "a musical symbol")]
    [InlineData("\U00011131\U00011127", "\U0001112E", "a composition beyond the basic plane")]
    [InlineData("\uF900", "\u8C48", "a compatibility ideograph")]
    [InlineData("\uFB01", "\uFB01", "a ligature, which only NFKC takes apart")]
    public void Text_is_brought_to_NFC(string text, string normalised, string what)
    {
        Assert.True(PathPattern.TryParse(text, out var pattern, out _), what);
        Assert.Equal(normalised, pattern.Text);
    }
}
