using Microsoft.AspNetCore.Http;

namespace Availsync.Http;

/// <summary>The code of the error that a request is answered with, for whoever records how requests went.</summary>
internal sealed record ErrorCode(string Code);

/// <summary>Tells how a request was answered.</summary>
public static class ErrorCodes
{
    /// <summary>The code of the <see cref="ApiError"/> that was written; null where none was.</summary>
    public static string? ErrorCode(this HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Features.Get<ErrorCode>()?.Code;
    }

    /// <summary>Notes the code of an error that is answered with its bytes of an earlier time.</summary>
    public static void NoteErrorCode(this HttpContext context, string code)
    {
        ArgumentNullException.ThrowIfNull(context);
        context.Features.Set(new ErrorCode(code));
    }
}
