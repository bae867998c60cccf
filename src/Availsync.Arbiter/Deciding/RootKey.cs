namespace Availsync.Arbiter.Deciding;

/// <summary>The name of a root across workspaces: the workspace's id and the root, joined by a slash.</summary>
internal static class RootKey
{
    /// <summary>
    /// No root, but the row with the token and the sequence that roots without a row begin after. It is there once the
    /// store has been restored to an earlier moment, which has forgotten roots that had given out tokens.
    /// </summary>
    public const string Forgotten = "";

    public static string Of(Guid orgId, string root) => $"{orgId:N}/{root}";
}
