using Availsync.Http;
using Scalar.AspNetCore;

namespace Availsync.Edge.Reference;

/// <summary>
/// The contract as a document at <c>/openapi/v1.json</c> and as pages at <c>/reference</c>. Document and pages are part
/// of the program: a browser loads nothing from elsewhere.
/// </summary>
internal static class ReferenceEndpoints
{
    private const string Resource = "openapi.v1.json";
    private const string DocumentPath = "/openapi/v1.json";

    public static void MapReference(this IEndpointRouteBuilder routes)
    {
        var document = ReadDocument();
        routes.MapMethods(DocumentPath, [HttpMethods.Get], (RequestDelegate)(context =>
        {
            context.Response.ContentType = WireJson.ContentType;
            context.Response.ContentLength = document.Length;
            return context.Response.Body.WriteAsync(document, context.RequestAborted).AsTask();
        }));
        routes.MapScalarApiReference("/reference", options => options
            .WithTitle("Availsync")
            .WithOpenApiRoutePattern(DocumentPath)
            .DisableDefaultFonts()
            .DisableTelemetry()
            .DisableAgent());
    }

    private static byte[] ReadDocument()
    {
        using var stream = typeof(ReferenceEndpoints).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException("The OpenAPI document is not part of the program.");
        var document = new byte[stream.Length];
        stream.ReadExactly(document);
        return document;
    }
}
