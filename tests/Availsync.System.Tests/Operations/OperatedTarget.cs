using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Operations;

/// <summary>
/// The stack with one service of each kind, which tell all they can: what they say of their own accord, each message and
/// each statement that goes to the database.
/// </summary>
public sealed class OperatedTarget() : StackTarget(arbiters: 1, edges: 1)
{
    /// <summary>The services, as their logs are called.</summary>
    internal static IReadOnlyList<string> Services { get; } = ["accounting-1", "arbiter-1", "edge-1"];

    private protected override async Task PrepareAsync(string folder)
    {
        // As files: a shell knows no variable with a dot in its name.
        var settings = Directory.CreateDirectory(Path.Combine(folder, "settings")).FullName;
        foreach (var category in new[] { "Default", "Microsoft.EntityFrameworkCore.Database.Command" })
            await File.WriteAllTextAsync(Path.Combine(settings, "Logging__LogLevel__" + category), "Debug");
        await File.WriteAllTextAsync(Path.Combine(settings, "Edge__AnswerWithinSeconds"), "15"); // Telling takes time.
        foreach (var service in Services)
        {
            await File.WriteAllTextAsync(
                Path.Combine(folder, service + ".environment"), $"export Secrets__Path='{settings}'\n");
        }
    }
}

[CollectionDefinition(Name)]
public sealed class OperatedCollection : ICollectionFixture<OperatedTarget>
{
    public const string Name = "Operated";
}
