namespace Availsync.Contract.Tests;

/// <summary>The routes and the OpenAPI document speak of the same things.</summary>
public abstract class DocumentContract(Target target) : ContractTest(target)
{
    private const string AnyId = "01900000-0000-7000-8000-000000000000";

    [Fact]
    public async Task The_document_is_served_as_it_was_written()
    {
        var answer = (await Anonymous.GetAsync("/openapi/v1.json")).Expect(200);
        Assert.True(JsonElement.DeepEquals(JsonDocument.Parse(OpenApiDocument.Bytes()).RootElement, answer.Json));
    }

    [Fact]
    public async Task There_is_a_page_to_read_it_that_loads_nothing_from_elsewhere()
    {
        var page = (await Anonymous.GetAsync("/reference/")).Expect(200);
        Assert.Equal("text/html", page.MediaType);
        Assert.Contains("openapi/v1.json", page.Body, StringComparison.Ordinal);
        Assert.DoesNotMatch("(src|href)=\"(https?:)?//", page.Body);
    }

    [Fact]
    public async Task Every_documented_operation_is_there()
    {
        List<string> faults = [];
        foreach (var (path, methods, item) in OpenApiDocument.Instance.Paths())
        {
            foreach (var method in methods)
            {
                var answer = await Anonymous.SendAsync(method, Concrete(path));
                // Without a credential and without a body: an unknown route would be 404 for everybody.
                var security = item.GetProperty(method.ToLowerInvariant()).GetProperty("security");
                int[] expected = security.GetArrayLength() == 0 ? [200, 415] : [401];
                if (!expected.Contains(answer.Status)) faults.Add($"{method} {path} is answered with {answer.Status}.");
            }
        }

        Assert.Empty(faults);
    }

    [Fact]
    public async Task Every_other_method_is_405_with_the_documented_ones()
    {
        string[] all = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"];
        foreach (var (path, methods, _) in OpenApiDocument.Instance.Paths())
        {
            foreach (var method in all.Except(methods))
                (await Anonymous.SendAsync(method, Concrete(path))).ExpectError(405, "method_not_allowed");
        }
    }

    private static string Concrete(string path) => string.Join(
        '/', path.Split('/').Select(s => s.StartsWith('{') ? AnyId : s));
}
