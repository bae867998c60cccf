using Availsync.Http;

namespace Availsync.Edge.Access;

/// <summary>A part behind the edge has not answered in time; the caller is told so.</summary>
internal sealed class UnavailableException(ApiError error, Exception? cause = null)
    : Exception("A part behind the edge has not answered in time.", cause)
{
    public ApiError Error { get; } = error;
}
