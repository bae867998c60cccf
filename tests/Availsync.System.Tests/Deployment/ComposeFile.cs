using Availsync.System.Tests.Targets;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.Serialization;

namespace Availsync.System.Tests.Deployment;

/// <summary>The compose file as the engine gets it: what is merged in has been merged.</summary>
internal sealed class ComposeFile
{
    private readonly Dictionary<string, object?> _document;

    private ComposeFile(Dictionary<string, object?> document) => _document = document;

    public IEnumerable<string> Services => Map("services").Keys;

    public static ComposeFile Read() => Parse(File.ReadAllText(Path.Combine(Checkout.Root, "docker-compose.yml")));

    public static ComposeFile Parse(string text)
    {
        var parser = new MergingParser(new Parser(new StringReader(text)));
        parser.Consume<StreamStart>();
        return new ComposeFile((Dictionary<string, object?>)Plain(new DeserializerBuilder().Build().Deserialize(parser))!);
    }

    /// <summary>The value at a path such as <c>services edge image</c>; null where there is none.</summary>
    public object? Find(params string[] path) => path.Aggregate(
        (object?)_document, (value, key) => (value as Dictionary<string, object?>)?.GetValueOrDefault(key));

    public string Text(params string[] path) => Find(path) as string ?? "";

    public Dictionary<string, object?> Map(params string[] path) => Find(path) as Dictionary<string, object?> ?? [];

    public List<object?> List(params string[] path) => Find(path) as List<object?> ?? [];

    /// <summary>What a list names, whether an item is a name or has one as its <c>source</c>.</summary>
    public List<string> Sources(params string[] path) =>
        [.. List(path).Select(i => i as string ?? (string)((Dictionary<string, object?>)i!)["source"]!)];

    /// <summary>Every text in the file with the path to it.</summary>
    public IEnumerable<(string Path, string Text)> Texts() => TextsOf("", _document);

    private static IEnumerable<(string Path, string Text)> TextsOf(string path, object? value) => value switch
    {
        Dictionary<string, object?> map => map.SelectMany(p => TextsOf($"{path}/{p.Key}", p.Value)),
        List<object?> list => list.SelectMany((item, index) => TextsOf($"{path}/{index}", item)),
        string text => [(path, text)],
        _ => [],
    };

    private static object? Plain(object? value) => value switch
    {
        IDictionary<object, object?> map => map.ToDictionary(p => (string)p.Key, p => Plain(p.Value)),
        IList<object?> list => list.Select(Plain).ToList(),
        _ => value,
    };
}
