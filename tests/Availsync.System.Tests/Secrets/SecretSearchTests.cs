using System.Text;
using System.Text.Json;

namespace Availsync.System.Tests.Secrets;

/// <summary>A search that finds nothing proves nothing, unless it finds what is there.</summary>
public sealed class SecretSearchTests
{
    private const string Secret = "pass+word/with=\"marks\"&more";

    public static TheoryData<string> Disguises =>
    [
        Secret,
        JsonSerializer.Serialize(Secret),
        Secret.Replace("\"", "\\\"", StringComparison.Ordinal),
        Uri.EscapeDataString(Secret),
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)),
        Base64(Secret),
        Base64("a" + Secret + "z"),
        Base64("ab" + Secret + "yz"),
        Base64("abc" + Secret + "xyz"),
        Base64("ab" + Secret).Replace('+', '-').Replace('/', '_'),
    ];

    [Theory]
    [MemberData(nameof(Disguises))]
    public async Task What_is_disguised_is_found_wherever_it_stands(string disguise)
    {
        foreach (var before in new[] { 0, 1, (1 << 20) - disguise.Length / 2, (1 << 20) + 7 })
        {
            var search = new SecretSearch([("the password", Secret)]);
            await search.ReadAsync("here", Bytes(new string('x', before) + disguise + new string('y', 100)));
            Assert.Contains(search.Findings, finding => finding.StartsWith("the password", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var search = new SecretSearch([("the password", Secret)]);
        await search.ReadAsync("here", Bytes(Secret[..^1] + new string('x', 3 << 20) + Secret[1..]));
        Assert.Empty(search.Findings);
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static MemoryStream Bytes(string text) => new(Encoding.UTF8.GetBytes(text));
}
