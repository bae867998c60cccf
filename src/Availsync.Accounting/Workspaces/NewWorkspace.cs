namespace Availsync.Accounting;

/// <summary>How a workspace begins.</summary>
internal static class NewWorkspace
{
    /// <summary>Whoever installs the product is not held to a plan.</summary>
    public const string FirstPlan = "unlimited";

    public static WorkspaceRow Create(string name, string plan, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        Name = name,
        Plan = plan,
        CreatedAt = now,
        ChangedAt = now,
    };
}
