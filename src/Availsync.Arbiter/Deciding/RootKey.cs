namespace Availsync.Arbiter.Deciding;

/// <summary>The name of a root across workspaces: the workspace's id and the root, joined by a slash.</summary>
internal static class RootKey
{
    public static string Of(Guid orgId, string root) => $"{orgId:N}/{root}";
}
