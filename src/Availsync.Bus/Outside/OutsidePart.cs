namespace Availsync.Bus.Outside;

/// <summary>A queue that is open to strangers, to be set up with the bus.</summary>
/// <param name="Name">The name of the queue, and of the exchange in front of it.</param>
/// <param name="Handler">Finds who works on its messages.</param>
internal sealed record OutsidePart(string Name, Func<IServiceProvider, IOutsideHandler> Handler)
{
    /// <summary>Where goes what cannot be answered.</summary>
    public string ErrorName => Name + "_error";
}
