using System.Globalization;
using System.Security.Cryptography;

namespace Availsync.Contract.Tests;

/// <summary>Names that no other test uses.</summary>
internal static class Unique
{
    private static readonly string Run = RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", 6);
    private static int _last;

    public static string Name() => Run + Interlocked.Increment(ref _last).ToString(CultureInfo.InvariantCulture);

    public static string Email() => $"{Name()}@example.com";
}
