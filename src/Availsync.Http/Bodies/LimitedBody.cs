using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace Availsync.Http;

/// <summary>Reads the bytes of a request, chunked ones too, up to the limit that holds for every body.</summary>
public static class LimitedBody
{
    /// <summary>The bytes, none where there is no body; or 413.</summary>
    public static async ValueTask<(ReadOnlyMemory<byte> Bytes, ApiError? Error)> ReadAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.ContentLength > JsonBody.BytesMax) return (default, ApiError.PayloadTooLarge());
        var reader = context.Request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(context.RequestAborted);
            if (read.Buffer.Length > JsonBody.BytesMax)
            {
                reader.AdvanceTo(read.Buffer.End);
                return (default, ApiError.PayloadTooLarge());
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                reader.AdvanceTo(read.Buffer.End);
                return (bytes, null);
            }

            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
