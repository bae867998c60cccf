namespace Availsync.Operations;

/// <summary>Who can reach a service's port.</summary>
public enum Audience
{
    /// <summary>Other services and operators: whoever gets here may see everything.</summary>
    Operators,

    /// <summary>
    /// Anybody: metrics and the names of checks are for callers from this machine and from
    /// <c>Metrics:AllowedNetworks</c>, and not for what a proxy passes on.
    /// </summary>
    Everybody,
}
