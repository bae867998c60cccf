using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>What a route lets a person do, and so who may call it.</summary>
internal enum Access
{
    /// <summary>Every member.</summary>
    Read,

    /// <summary>Everybody but viewers.</summary>
    Change,

    /// <summary>Owners: members and plan.</summary>
    Own,
}

/// <summary>Who may do what.</summary>
internal static class Permissions
{
    /// <summary>Null where the role suffices.</summary>
    public static ApiError? Refuse(this Access access, Role role) => access switch
    {
        Access.Change when role == Role.Viewer => ApiError.Forbidden("A viewer changes nothing."),
        Access.Own when role != Role.Owner => ApiError.Forbidden("Only an owner of the workspace may do this."),
        _ => null,
    };
}
