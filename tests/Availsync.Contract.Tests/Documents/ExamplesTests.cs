namespace Availsync.Contract.Tests;

/// <summary>What the document shows is what it says.</summary>
public sealed class ExamplesTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(OpenApiDocument.Bytes()).RootElement;
    private readonly SchemaValidator _schemas = new(Document);

    [Fact]
    public void Every_example_fits_its_schema()
    {
        List<string> faults = [];
        var count = Visit(Document, "#", faults);
        Assert.Empty(faults);
        Assert.InRange(count, 100, int.MaxValue);
    }

    [Fact]
    public void Every_reference_leads_somewhere_and_every_component_is_used()
    {
        var references = ReferencesIn(Document).ToHashSet();
        foreach (var reference in references) _schemas.Find(reference);
        var components = Document.GetProperty("components").EnumerateObject()
            .Where(kind => kind.Name != "securitySchemes")
            .SelectMany(kind => kind.Value.EnumerateObject().Select(c => $"#/components/{kind.Name}/{c.Name}"));
        Assert.All(components, component => Assert.Contains(component, references));
    }

    /// <summary>Looks for media types, which have a schema with an example or several beside it.</summary>
    private int Visit(JsonElement at, string path, List<string> faults)
    {
        if (at.ValueKind == JsonValueKind.Array)
            return at.EnumerateArray().Index().Sum(i => Visit(i.Item, $"{path}/{i.Index}", faults));
        if (at.ValueKind != JsonValueKind.Object) return 0;
        var count = 0;
        foreach (var member in at.EnumerateObject())
        {
            var here = $"{path}/{member.Name}";
            if (member.Name != "application/json") count += Visit(member.Value, here, faults);
            else count += Check(member.Value, here, faults);
        }

        return count;
    }

    private int Check(JsonElement media, string path, List<string> faults)
    {
        List<JsonElement> examples = [];
        if (media.TryGetProperty("example", out var one)) examples.Add(one);
        if (media.TryGetProperty("examples", out var many))
            examples.AddRange(many.EnumerateObject().Select(e => e.Value.GetProperty("value")));
        foreach (var example in examples)
        {
            faults.AddRange(_schemas.FaultsOf(media.GetProperty("schema"), example, closed: true)
                .Select(fault => $"{path}: {fault}"));
        }

        if (examples.Count == 0) faults.Add($"{path} has no example.");
        return examples.Count;
    }

    private static IEnumerable<string> ReferencesIn(JsonElement at) => at.ValueKind switch
    {
        JsonValueKind.Array => at.EnumerateArray().SelectMany(ReferencesIn),
        JsonValueKind.Object => at.EnumerateObject().SelectMany(member =>
            member.NameEquals("$ref") ? [member.Value.GetString()!] : ReferencesIn(member.Value)),
        _ => [],
    };
}
