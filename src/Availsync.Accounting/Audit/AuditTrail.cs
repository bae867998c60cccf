using System.Text.Json;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>Writes down what people change, in the transaction of the change: both happen or neither.</summary>
internal static class AuditTrail
{
    /// <summary>Notes what the caller has done. The details never hold a secret.</summary>
    public static void Note(this OrgCall call, string type, object details, AgentRow? agent = null) =>
        call.Db.Audit.Add(new AuditRow
        {
            Id = Guid.CreateVersion7(call.Now),
            OrgId = call.OrgId,
            At = call.Now,
            Type = type,
            ActorKind = ActorKind.Person,
            ActorId = call.Member.Person.Id,
            ActorName = call.Member.Person.Email,
            AgentId = agent?.Id,
            AgentName = agent?.Name,
            RequestId = call.Context.RequestId(),
            Details = JsonSerializer.Serialize(details, WireJson.Options),
        });

    /// <summary>Notes what a person has done outside a workspace's own routes, or nobody (a setting) has.</summary>
    public static void Note(
        this AccountingDbContext db, Guid orgId, string type, object details, DateTimeOffset now,
        PersonRow? person = null, string? requestId = null) =>
        db.Audit.Add(new AuditRow
        {
            Id = Guid.CreateVersion7(now),
            OrgId = orgId,
            At = now,
            Type = type,
            ActorKind = person is null ? ActorKind.System : ActorKind.Person,
            ActorId = person?.Id,
            ActorName = person?.Email,
            RequestId = requestId,
            Details = JsonSerializer.Serialize(details, WireJson.Options),
        });
}
