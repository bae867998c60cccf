namespace Availsync.Bench.HandOvers;

/// <summary>What ends a claim while another run waits for it.</summary>
internal enum Cause
{
    /// <summary>Its holder finishes the run.</summary>
    Finish,

    /// <summary>Its holder releases the claim by its id.</summary>
    Release,

    /// <summary>A person revokes the claim.</summary>
    Revocation,

    /// <summary>A person disables the agent that holds it.</summary>
    DisabledAgent,

    /// <summary>
    /// A start of higher priority displaces it: a claim on a whole repo gives way to one on a part of it, and
    /// the run that waits for another part has its turn.
    /// </summary>
    Displacement,

    /// <summary>Its lease runs out.</summary>
    Expiry,

    /// <summary>Its lease ran out, and the time for which the workspace keeps the resource closed after that is over.</summary>
    Grace,
}
