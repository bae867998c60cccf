using System.Text.Json.Serialization;
using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>A workspace on the wire.</summary>
/// <param name="Role">The caller's; left out for an agent, which has none.</param>
internal sealed record WorkspaceBody(
    Guid Id,
    string Name,
    string Plan,
    ArbitrationMode Mode,
    ArbitrationRule Arbitration,
    int ExpiryGraceSeconds,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Role? Role)
{
    public static WorkspaceBody Of(WorkspaceRow row, Role? role) =>
        new(row.Id, row.Name, row.Plan, row.Mode, row.Arbitration, row.ExpiryGraceSeconds, role);
}

/// <summary><c>{"org"}</c>.</summary>
internal sealed record WorkspaceEnvelope(WorkspaceBody Org);
