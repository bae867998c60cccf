using System.Globalization;

namespace Availsync.Contracts;

/// <summary>
/// The Unicode data that normalization needs, read from <c>CanonicalForms.txt</c> on first use. Unicode's stability
/// policy keeps it valid for every character that is in it.
/// </summary>
internal static class CanonicalForms
{
    private static readonly Dictionary<int, int> Classes = [];

    static CanonicalForms()
    {
        using var stream = typeof(CanonicalForms).Assembly.GetManifestResourceStream("CanonicalForms.txt")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            var words = line.Split(' ');
            switch (words[0])
            {
                case "c":
                    var combining = int.Parse(words[3], CultureInfo.InvariantCulture);
                    for (var scalar = Hex(words[1]); scalar <= Hex(words[2]); scalar++) Classes[scalar] = combining;
                    break;
                case "d" or "x":
                    var parts = (Hex(words[2]), words.Length > 3 ? Hex(words[3]) : 0);
                    Decompositions[Hex(words[1])] = parts;
                    if (words[0] == "d") Compositions[parts] = Hex(words[1]);
                    break;
            }
        }
    }

    /// <summary>One step of a canonical decomposition; the second part is 0 where there is but one.</summary>
    public static Dictionary<int, (int First, int Second)> Decompositions { get; } = [];

    /// <summary>The pairs that are composed again.</summary>
    public static Dictionary<(int First, int Second), int> Compositions { get; } = [];

    /// <summary>The canonical combining class: 0 for whatever starts a sequence.</summary>
    public static int ClassOf(int scalar) => scalar < 0x300 ? 0 : Classes.GetValueOrDefault(scalar);

    private static int Hex(string word) => int.Parse(word, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
