using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Availsync.Documents;

/// <summary>
/// <c>docs/asyncapi.yaml</c>, read as JSON, and a judge of messages by it. Two test projects compile this: one knows the
/// code, the other has real messages.
/// </summary>
internal sealed class AsyncApiDocument
{
    private static readonly EvaluationOptions Strictly = new()
    {
        OutputFormat = OutputFormat.List,
        RequireFormatValidation = true,
    };

    private readonly Dictionary<string, JsonSchema> _schemas = [];

    private AsyncApiDocument(JsonObject root) => Root = root;

    public JsonObject Root { get; }

    public JsonObject Schemas => Root["components"]!["schemas"]!.AsObject();

    public JsonObject Messages => Root["components"]!["messages"]!.AsObject();

    public static AsyncApiDocument Of(string yaml)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        return new AsyncApiDocument(JsonOf(stream.Documents[0].RootNode)!.AsObject());
    }

    /// <summary>The names that messages of a channel have in <c>components</c>, by what they call themselves.</summary>
    public ILookup<string, string> MessagesOf(string channel) =>
        Root["channels"]![channel]!["messages"]!.AsObject()
            .Select(m => m.Value!["$ref"]!.GetValue<string>().Split('/')[^1])
            .ToLookup(name => Messages[name]!["name"]!.GetValue<string>());

    /// <summary>What is wrong with a message; <paramref name="part"/> is <c>payload</c> or <c>headers</c>.</summary>
    public IReadOnlyList<string> FaultsOf(string message, string part, JsonElement value)
    {
        var key = message + "/" + part;
        if (!_schemas.TryGetValue(key, out var schema))
            _schemas[key] = schema = Build(Resolve(Messages[message]!)[part]!);
        return Faults(schema, value);
    }

    /// <summary>What is wrong with a value by a schema.</summary>
    public static IReadOnlyList<string> Faults(JsonSchema schema, JsonElement value)
    {
        var result = schema.Evaluate(value, Strictly);
        return result.IsValid ? [] :
        [
            .. (result.Details ?? []).Where(d => d.Errors is not null)
                .SelectMany(d => d.Errors!.Select(e => $"{d.InstanceLocation}: {e.Value}")).Distinct(),
            "It is not valid.",
        ];
    }

    /// <summary>What a reference within the document names.</summary>
    public JsonNode Resolve(JsonNode node)
    {
        while (node is JsonObject one && one["$ref"]?.GetValue<string>() is { } reference)
        {
            JsonNode? at = Root;
            foreach (var step in reference[2..].Split('/')) at = at?[step];
            node = at ?? throw new InvalidOperationException($"{reference} names nothing.");
        }

        return node;
    }

    /// <summary>A schema that stands alone: what it refers to goes with it.</summary>
    private JsonSchema Build(JsonNode schema)
    {
        var alone = new JsonObject
        {
            ["$schema"] = "http://json-schema.org/draft-07/schema#",
            ["allOf"] = new JsonArray(schema.DeepClone()),
            ["definitions"] = Schemas.DeepClone(),
        };
        return JsonSchema.FromText(
            alone.ToJsonString().Replace("#/components/schemas/", "#/definitions/", StringComparison.Ordinal));
    }

    private static JsonNode? JsonOf(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(
            c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, JsonOf(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(JsonOf)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: { } plain } => PlainOf(plain),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new NotSupportedException($"{node.NodeType} is not JSON."),
    };

    private static JsonValue? PlainOf(string text) => text switch
    {
        "null" => null,
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) =>
            JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };
}
