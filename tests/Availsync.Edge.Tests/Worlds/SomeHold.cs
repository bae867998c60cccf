using Availsync.Contracts;

namespace Availsync.Edge.Tests.Worlds;

/// <summary>A hold that tests need but do not care about.</summary>
internal static class SomeHold
{
    public static readonly HoldId Id = new(Some.Id(30));

    public static Hold Of() => new(
        Id, Some.OrgId, Some.Agent.Id, Some.Agent.Name, Resource(), HoldStatus.Held, 100, "review", Window(),
        Some.Now.AddMinutes(10), new FencingToken(41), Some.Now, """{"room":"blue"}""");

    public static HoldResource Resource(string name = "calendar:jane") =>
        HoldResource.TryParse(name, out var resource, out var error)
            ? resource
            : throw new ArgumentException(error, nameof(name));

    /// <summary>Half an hour, from half an hour from now on.</summary>
    public static HoldWindow Window() =>
        HoldWindow.TryCreate(Some.Now.AddMinutes(30), Some.Now.AddMinutes(60), out var window, out var error)
            ? window
            : throw new InvalidOperationException(error);
}
