using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Availsync.Documents;
using Availsync.Edge.BusRequests;
using Availsync.Edge.Tests.Events;
using Availsync.Views;
using Json.Schema;

namespace Availsync.Edge.Tests.Documents;

/// <summary>The document of the doors on the broker says what AsyncAPI asks for, HTTP says, and the code does.</summary>
public sealed class AsyncApiTests
{
    /// <summary>What HTTP has no schema for: members that are in the path or in headers there.</summary>
    private static readonly string[] Own =
    [
        "Call", "ClaimGetRequest", "ClaimReleaseRequest", "EventHeaders", "Failure", "HoldIdRequest",
        "ReplyHeaders", "RequestHeaders",
    ];

    private static readonly AsyncApiDocument Document = AsyncApiDocument.Of(Resource("asyncapi.yaml"));
    private static readonly JsonNode OpenApi = JsonNode.Parse(Resource("openapi.v1.json"))!;
    private static readonly JsonSchema AsyncApi = JsonSchema.FromText(Resource("asyncapi-3.0.0.schema.json"));

    [Fact]
    public void It_is_a_document_of_AsyncAPI_3() =>
        Assert.Empty(AsyncApiDocument.Faults(AsyncApi, JsonSerializer.SerializeToElement(Document.Root)));

    [Theory]
    [InlineData("info")]
    [InlineData("operations/runStart/action")]
    [InlineData("channels/events/parameters/event_type/enum")]
    [InlineData("components/messages/runStart/payload/allOf")]
    public void The_schema_that_says_so_notices_what_is_wrong(string place)
    {
        var broken = Document.Root.DeepClone();
        string[] steps = [.. place.Split('/')];
        steps[..^1].Aggregate(broken, (at, step) => at[step]!)[steps[^1]] = 7;

        Assert.NotEmpty(AsyncApiDocument.Faults(AsyncApi, JsonSerializer.SerializeToElement(broken)));
    }

    [Fact]
    public void Whatever_it_refers_to_is_there()
    {
        foreach (var node in Everything(Document.Root).OfType<JsonObject>().Where(n => n["$ref"] is JsonValue))
            Document.Resolve(node);
    }

    [Fact]
    public void Schemas_that_HTTP_has_too_are_those_of_HTTP()
    {
        var http = OpenApi["components"]!["schemas"]!.AsObject();
        Assert.Equal(Own, Document.Schemas.Select(s => s.Key).Where(name => !http.ContainsKey(name)).Order());
        foreach (var (name, schema) in Document.Schemas.Where(s => !Own.Contains(s.Key)))
            Assert.True(JsonNode.DeepEquals(http[name], schema), $"{name} is not what it is over HTTP.");
    }

    [Fact]
    public void No_schema_is_there_that_nothing_refers_to()
    {
        var named = Everything(Document.Root).OfType<JsonObject>()
            .Select(n => n["$ref"]).OfType<JsonValue>().Select(r => r.GetValue<string>().Split('/')[^1]).ToHashSet();
        Assert.All(Document.Schemas, schema => Assert.Contains(schema.Key, named));
    }

    [Fact]
    public void Each_call_asks_and_answers_what_it_does_over_HTTP()
    {
        Assert.Equal(
            RequestType.All.Select(t => t.Name).Order(), Document.MessagesOf("requests").Select(m => m.Key).Order());
        foreach (var (type, method, path) in RequestType.All)
        {
            var operation = OpenApi["paths"]![path]![method.ToLowerInvariant()]!;
            if (operation["requestBody"] is { } body)
            {
                var asked = Json(body)!["$ref"]!.GetValue<string>();
                Assert.Contains(asked, Named(Payload("requests", type)));
            }

            if (RequestType.All.Single(t => t.Name == type).PathMember is { } member)
                Assert.Contains(member, RequiredOf(Payload("requests", type)));
            var answers = operation["responses"]!.AsObject().Where(r => r.Key.StartsWith('2'));
            Assert.Equal(
                answers.SelectMany(a => Named(Json(a.Value!)!)).Distinct().Order(),
                Named(Payload("replies", type)).Order());
        }
    }

    [Fact]
    public void Every_event_is_in_it_and_is_as_it_says()
    {
        var messages = Document.MessagesOf("events");
        Assert.Equal(EventType.All.Order(), messages.Select(m => m.Key).Order());
        Assert.Equal(
            EventType.All,
            Document.Root["channels"]!["events"]!["parameters"]!["event_type"]!["enum"]!.AsArray()
                .Select(t => t!.GetValue<string>()));
        var shown = EventViewTests.Views.ToList();
        Assert.Equal(EventType.All.Order(), shown.Select(v => v.Type).Distinct().Order());
        foreach (var view in shown)
        {
            var json = JsonDocument.Parse(EventView.JsonOf(view)).RootElement;
            Assert.Empty(Document.FaultsOf(messages[view.Type].Single(), "payload", json));
            foreach (var other in messages.Where(m => m.Key != view.Type))
                Assert.NotEmpty(Document.FaultsOf(other.Single(), "payload", json));
        }
    }

    [Fact]
    public void Every_message_has_an_example_and_every_example_is_as_the_message_says()
    {
        foreach (var (name, message) in Document.Messages)
        {
            var examples = message!["examples"]!.AsArray();
            Assert.NotEmpty(examples);
            foreach (var example in examples)
            {
                Assert.Empty(Document.FaultsOf(name, "payload", Element(example!["payload"])));
                if (example["headers"] is { } headers)
                    Assert.Empty(Document.FaultsOf(name, "headers", Element(headers)));
            }
        }
    }

    [Fact]
    public void A_request_without_a_key_or_under_another_name_is_none()
    {
        var name = Document.MessagesOf("requests")["run.finish"].Single();
        var request = Document.Messages[name]!["examples"]![0]!["payload"]!.AsObject();
        foreach (var (member, value) in new[] { ("api_key", null), ("claim_id", null), ("type", "run.start") })
        {
            var wrong = request.DeepClone();
            if (value is null) wrong.AsObject().Remove(member);
            else wrong[member] = value;
            Assert.NotEmpty(Document.FaultsOf(name, "payload", Element(wrong)));
        }
    }

    private static JsonNode Payload(string channel, string type) =>
        Document.Messages[Document.MessagesOf(channel)[type].Single()]!["payload"]!;

    private static JsonNode? Json(JsonNode said) => said["content"]?["application/json"]?["schema"];

    /// <summary>The schemas that one names, alone or as one of several.</summary>
    private static IEnumerable<string> Named(JsonNode schema) => schema["$ref"] is { } one
        ? [one.GetValue<string>()]
        : (schema["oneOf"] ?? schema["allOf"])!.AsArray()
            .Select(s => s!["$ref"]?.GetValue<string>()).OfType<string>();

    /// <summary>The members that a message has to have, by the schemas that it names.</summary>
    private static IEnumerable<string> RequiredOf(JsonNode schema) => Named(schema)
        .Select(name => Document.Schemas[name.Split('/')[^1]]!["required"]).OfType<JsonArray>()
        .SelectMany(names => names.Select(n => n!.GetValue<string>()));

    private static IEnumerable<JsonNode> Everything(JsonNode? node) => node switch
    {
        JsonObject map => map.Select(p => p.Value).SelectMany(Everything).Prepend(map),
        JsonArray list => list.SelectMany(Everything).Prepend(list),
        null => [],
        _ => [node],
    };

    private static JsonElement Element(JsonNode? node) => JsonSerializer.SerializeToElement(node);

    private static string Resource(string name)
    {
        var assembly = name == "openapi.v1.json"
            ? typeof(EventStreamOptions).Assembly
            : Assembly.GetExecutingAssembly();
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }
}
