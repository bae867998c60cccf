using Availsync.Contracts;

namespace Availsync.Edge.Answers;

/// <summary>A resource that has been claimed in enforce mode.</summary>
internal sealed record ResourceView(
    ResourceType ResourceType,
    string ResourceKey,
    string Resource,
    int ActiveClaims,
    DateTimeOffset ProtectedAt,
    DateTimeOffset LastClaimedAt)
{
    public static ResourceView Of(ProtectedResource resource) => new(
        resource.Resource.Type, resource.Resource.Key, resource.Resource.ToString(),
        resource.ActiveClaims, resource.ProtectedAt, resource.LastClaimedAt);
}
