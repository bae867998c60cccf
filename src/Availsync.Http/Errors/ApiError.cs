using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Availsync.Http;

/// <summary>What is wrong with one field of a request.</summary>
public sealed record FieldError(string Field, string Message);

/// <summary>
/// A refusal, written as <c>{"error", "message", "request_id"}</c> with <c>details</c> where fields were wrong.
/// </summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The stable code of the contract's error table.</param>
/// <param name="Message">A sentence for people. Never holds a secret, SQL or a path of the machine.</param>
public sealed record ApiError(int Status, string Code, string Message) : IResult
{
    /// <summary>Which fields were wrong and why; empty where none were.</summary>
    public IReadOnlyList<FieldError> Details { get; init; } = [];

    /// <summary>Members beside the usual ones, such as <c>blocking_claim</c>; written first.</summary>
    public JsonObject? Members { get; init; }

    /// <summary>Sent as <c>Retry-After</c>, in whole seconds.</summary>
    public int? RetryAfterSeconds { get; init; }

    /// <summary>
    /// Written as <c>request_id</c> in place of this request's own: a replayed answer names its first.
    /// </summary>
    public string? RequestId { get; init; }

    /// <summary>400: the body is not JSON, or not an object.</summary>
    public static ApiError InvalidJson(string message) => new(400, "invalid_json", message);

    /// <summary>400 with every wrong field.</summary>
    public static ApiError ValidationFailed(IReadOnlyList<FieldError> details) =>
        new(400, "validation_failed", "The request has fields that are missing or wrong.") { Details = details };

    /// <summary>400 with one wrong field.</summary>
    public static ApiError ValidationFailed(string field, string message) =>
        ValidationFailed([new FieldError(field, message)]);

    /// <summary>401, one message for all causes.</summary>
    public static ApiError Unauthorized() => new(401, "unauthorized", "A valid credential is required.");

    /// <summary>401 of a sign-in, one message for an unknown e-mail and a wrong password.</summary>
    public static ApiError InvalidCredentials() =>
        new(401, "invalid_credentials", "The e-mail address or the password is wrong.");

    /// <summary>403: the caller may not do this.</summary>
    public static ApiError Forbidden(string message) => new(403, "forbidden", message);

    /// <summary>404, for what does not exist and for what is another workspace's alike.</summary>
    public static ApiError NotFound(string message = "There is no such resource.") => new(404, "not_found", message);

    /// <summary>405; the framework has set <c>Allow</c>.</summary>
    public static ApiError MethodNotAllowed() =>
        new(405, "method_not_allowed", "The method is not allowed here; see the Allow header.");

    /// <summary>413.</summary>
    public static ApiError PayloadTooLarge() =>
        new(413, "payload_too_large", $"The body is larger than {JsonBody.BytesMax / 1024} KiB.");

    /// <summary>415.</summary>
    public static ApiError UnsupportedMediaType() =>
        new(415, "unsupported_media_type", "The body must be sent as application/json in UTF-8.");

    /// <summary>500, with nothing of the cause.</summary>
    public static ApiError Internal() => new(500, "internal_error", "Something went wrong on our side.");

    /// <summary>503: no arbiter has answered in time.</summary>
    public static ApiError ArbiterUnavailable() =>
        new(503, "arbiter_unavailable", "No arbiter has answered in time; try again.") { RetryAfterSeconds = 1 };

    /// <summary>503: accounting has not answered in time.</summary>
    public static ApiError AccountingUnavailable() =>
        new(503, "accounting_unavailable", "Accounting has not answered in time; try again.") { RetryAfterSeconds = 1 };

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        if (Status >= StatusCodes.Status400BadRequest) httpContext.NoteErrorCode(Code); // A refusal may be a preview's.
        var response = httpContext.Response;
        response.StatusCode = Status;
        if (Status == StatusCodes.Status401Unauthorized) response.Headers.WWWAuthenticate = "Bearer";
        if (RetryAfterSeconds is { } seconds) response.Headers.RetryAfter = WireJson.Text(seconds);
        var body = Encoding.UTF8.GetBytes(ToJson(RequestId ?? httpContext.RequestId()));
        response.ContentType = WireJson.ContentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, httpContext.RequestAborted).AsTask();
    }

    private string ToJson(string requestId)
    {
        var json = Members?.DeepClone().AsObject() ?? [];
        json["error"] = Code;
        json["message"] = Message;
        if (Details.Count > 0)
        {
            json["details"] = new JsonArray(
                [.. Details.Select(d => new JsonObject { ["field"] = d.Field, ["message"] = d.Message })]);
        }

        json["request_id"] = requestId;
        return json.ToJsonString(WireJson.Options);
    }
}
