using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>The OpenAPI document as a judge: what is wrong with an answer, measured by what is promised.</summary>
internal sealed class OpenApiDocument
{
    private static readonly string[] Methods = ["get", "put", "post", "delete", "patch", "head", "options", "trace"];
    private readonly JsonElement _root;
    private readonly SchemaValidator _schemas;
    private readonly JsonElement _error;
    private readonly (string[] Segments, JsonElement Item)[] _paths;

    private OpenApiDocument(JsonElement root)
    {
        _root = root;
        _schemas = new SchemaValidator(root);
        _error = _schemas.Find("#/components/schemas/Error");
        _paths =
        [
            .. root.GetProperty("paths").EnumerateObject()
                .OrderBy(p => p.Name.Count(c => c == '{')).Select(p => (p.Name.Split('/'), p.Value)),
        ];
    }

    public static OpenApiDocument Instance { get; } = Load();

    /// <summary>The document's own bytes.</summary>
    public static byte[] Bytes()
    {
        using var stream = typeof(OpenApiDocument).Assembly.GetManifestResourceStream("openapi.json")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    /// <summary>Every path with the methods that it has, in upper case.</summary>
    public IEnumerable<(string Path, string[] Methods, JsonElement Item)> Paths() =>
        _root.GetProperty("paths").EnumerateObject().Select(p => (p.Name, MethodsOf(p.Value), p.Value));

    /// <summary>Whether a path, as a server routes it, is one of the document's.</summary>
    public bool Knows(string path) => Find(path) is not null;

    /// <summary>What is wrong with an answer; empty where nothing is.</summary>
    public IReadOnlyList<string> FaultsOf(string method, string path, Answer answer)
    {
        List<string> faults = [];
        CheckAlways(method, answer, faults);
        var item = Find(path);
        if (item is null)
        {
            if (answer.Status < 400 && IsUnderContract(path)) faults.Add("An undocumented path has been answered.");
        }
        else if (!item.Value.TryGetProperty(Lower(method), out var operation))
        {
            CheckAllow(item.Value, answer, faults);
        }
        else
        {
            CheckDocumented(operation, answer, faults);
        }

        return faults;
    }

    /// <summary>What is wrong with a value of a named schema.</summary>
    public IReadOnlyList<string> FaultsOf(string schema, JsonElement value) =>
        _schemas.FaultsOf(_schemas.Find($"#/components/schemas/{schema}"), value, closed: true);

    private static OpenApiDocument Load() => new(JsonDocument.Parse(Bytes()).RootElement);

    private static string Lower(string method) => method.ToLowerInvariant();

    private static string[] MethodsOf(JsonElement item) =>
        [.. item.EnumerateObject().Where(m => Methods.Contains(m.Name)).Select(m => m.Name.ToUpperInvariant()).Order()];

    private static bool IsUnderContract(string path) => path.StartsWith("/v1/", StringComparison.Ordinal);

    /// <summary>What holds for every answer of every route, known or not.</summary>
    private void CheckAlways(string method, Answer answer, List<string> faults)
    {
        if (answer.RequestId is not { Length: >= 1 and <= 128 } id || id.Any(c => c is < '!' or > '~'))
            faults.Add($"X-Request-Id is '{answer.RequestId}'.");
        if (answer.Status < 400 || method == "HEAD") return;
        if (!answer.HasBody)
        {
            faults.Add("An error without a body.");
            return;
        }

        if (answer.Status == 401 && answer.Header("WWW-Authenticate") is null)
            faults.Add("401 without WWW-Authenticate.");
        CheckBody(_error, answer, faults, closed: false);
        if (answer.Header("Idempotency-Replayed") is not null || faults.Count > 0) return;
        if (answer["request_id"].Text() != answer.RequestId) faults.Add("request_id is not X-Request-Id.");
    }

    private static void CheckAllow(JsonElement item, Answer answer, List<string> faults)
    {
        if (answer.Status != 405)
        {
            if (answer.Status is < 400 or >= 500) faults.Add("An undocumented method has been answered.");
            return;
        }

        string[] allowed = [.. (answer.Header("Allow") ?? "").Split(',').Select(m => m.Trim()).Order()];
        if (!allowed.SequenceEqual(MethodsOf(item)))
            faults.Add($"Allow is '{string.Join(", ", allowed)}', not '{string.Join(", ", MethodsOf(item))}'.");
    }

    private void CheckDocumented(JsonElement operation, Answer answer, List<string> faults)
    {
        var status = answer.Status.ToString(CultureInfo.InvariantCulture);
        if (!operation.GetProperty("responses").TryGetProperty(status, out var response))
        {
            faults.Add($"{operation.GetProperty("operationId")} does not document status {status}.");
            return;
        }

        response = _schemas.Resolve(response);
        foreach (var header in response.GetProperty("headers").EnumerateObject()) CheckHeader(header, answer, faults);
        if (response.TryGetProperty("content", out var content))
            CheckContent(content, answer, faults);
        else if (answer.HasBody)
            faults.Add("A body where none is documented.");
    }

    /// <summary>What is no JSON has at least to be of the type that is documented.</summary>
    private void CheckContent(JsonElement content, Answer answer, List<string> faults)
    {
        if (content.TryGetProperty("application/json", out var json))
            CheckBody(json.GetProperty("schema"), answer, faults, closed: true);
        else if (!content.TryGetProperty(answer.MediaType ?? "", out _))
            faults.Add($"The body is {answer.MediaType}, which is not documented.");
    }

    private void CheckHeader(JsonProperty header, Answer answer, List<string> faults)
    {
        var promise = _schemas.Resolve(header.Value);
        if (answer.Header(header.Name) is not { } value)
        {
            if (promise.TryGetProperty("required", out var required) && required.GetBoolean())
                faults.Add($"The header {header.Name} is missing.");
            return;
        }

        var schema = _schemas.Resolve(promise.GetProperty("schema"));
        var isNumber = schema.GetProperty("type").ValueEquals("integer");
        if (isNumber && !long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            faults.Add($"The header {header.Name} is no number: {value}");
            return;
        }

        var said = isNumber ? JsonDocument.Parse(value).RootElement : Text(value);
        faults.AddRange(_schemas.FaultsOf(schema, said, closed: true));
    }

    private void CheckBody(JsonElement schema, Answer answer, List<string> faults, bool closed)
    {
        if (answer.MediaType != "application/json")
        {
            faults.Add($"The media type is {answer.MediaType}.");
            return;
        }

        try
        {
            faults.AddRange(_schemas.FaultsOf(schema, answer.Json, closed));
        }
        catch (JsonException exception)
        {
            faults.Add($"The body is no JSON: {exception.Message}");
        }
    }

    private static JsonElement Text(string value) => JsonSerializer.SerializeToElement(value);

    private JsonElement? Find(string path)
    {
        var segments = Routed(path.Split('?', 2)[0]);
        foreach (var (template, item) in _paths)
        {
            if (template.Length == segments.Length && template.Zip(segments).All(Matches)) return item;
        }

        return null;
    }

    /// <summary>
    /// The path as a server routes it: unescaped, without dot segments and one slash at its end. A second slash is an
    /// empty segment, which no route has.
    /// </summary>
    private static string[] Routed(string path)
    {
        List<string> segments = [];
        string[] given = [.. path.Split('/').Select(Uri.UnescapeDataString)];
        foreach (var segment in given)
        {
            if (segment == ".." && segments.Count > 1) segments.RemoveAt(segments.Count - 1);
            else if (segment is not ("." or "..")) segments.Add(segment);
        }

        // A dot segment at the end leaves the slash before it (RFC 3986, 5.2.4).
        if (given[^1] is "." or "..") segments.Add("");
        if (segments.Count > 1 && segments[^1].Length == 0) segments.RemoveAt(segments.Count - 1);
        return [.. segments];
    }

    private static bool Matches((string Template, string Given) segment) =>
        segment.Template.StartsWith('{')
            ? segment.Given.Length > 0
            : string.Equals(segment.Template, segment.Given, StringComparison.OrdinalIgnoreCase);
}
