using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace Availsync.Http;

/// <summary>The body of a request: a JSON object of at most 256 KiB, and what it hashes to.</summary>
/// <param name="Root">The object. Every string in it is well-formed Unicode.</param>
/// <param name="Sha256">SHA-256 of the bytes as they came, in lower-case hexadecimal.</param>
public sealed record JsonBody(JsonElement Root, string Sha256)
{
    /// <summary>The largest body.</summary>
    public const int BytesMax = 256 * 1024;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 64 };

    /// <summary>Reads the body, or says why not: 415, 413 or 400.</summary>
    public static async Task<(JsonBody? Body, ApiError? Error)> ReadAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!IsJson(context.Request.ContentType)) return (null, ApiError.UnsupportedMediaType());
        var (bytes, error) = await LimitedBody.ReadAsync(context);
        return error is null ? Parse(bytes) : (null, error);
    }

    /// <summary>The same where the body may be left out, which counts as an empty object.</summary>
    public static async Task<(JsonBody? Body, ApiError? Error)> ReadOptionalAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var none = context.Request.ContentLength == 0
            || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false };
        return none ? Parse("{}"u8.ToArray()) : await ReadAsync(context);
    }

    /// <summary>Reads an object out of bytes, or says why they are none: 413 or 400.</summary>
    public static (JsonBody? Body, ApiError? Error) Parse(ReadOnlyMemory<byte> bytes)
    {
        if (bytes.Length > BytesMax) return (null, ApiError.PayloadTooLarge());
        try
        {
            using var document = JsonDocument.Parse(bytes, Strict);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return (null, ApiError.InvalidJson("The body must be a JSON object."));
            if (!IsWellFormed(document.RootElement))
                return (null, ApiError.InvalidJson("The body has a string that is not valid Unicode."));
            var hash = Convert.ToHexStringLower(SHA256.HashData(bytes.Span));
            return (new JsonBody(document.RootElement.Clone(), hash), null);
        }
        catch (JsonException)
        {
            return (null, ApiError.InvalidJson("The body is not valid JSON."));
        }
    }

    /// <summary>The parser takes escapes such as a lone \ud800 and only refuses them when the string is read.</summary>
    private static bool IsWellFormed(JsonElement element)
    {
        try
        {
            return element.ValueKind switch
            {
                JsonValueKind.Object => element.EnumerateObject().All(p => p.Name is not null && IsWellFormed(p.Value)),
                JsonValueKind.Array => element.EnumerateArray().All(IsWellFormed),
                JsonValueKind.String => element.GetString() is not null,
                _ => true,
            };
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Whether a media type is JSON's, in UTF-8.</summary>
    public static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
        && (!type.Charset.HasValue
            || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
}
