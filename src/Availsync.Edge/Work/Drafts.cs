using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>How each endpoint's body is read.</summary>
internal static class Drafts
{
    private const int SummaryMax = 2000;

    public static Draft Start(Fields fields, DateTimeOffset now) => StartFields.Read(fields, now).ToStart;

    public static Draft Check(Fields fields, DateTimeOffset now) => StartFields.Read(fields, now).ToCheck;

    public static Draft WorkingSet(Fields fields, DateTimeOffset now)
    {
        var claimId = ReadClaimId(fields);
        var declaration = WorkingSetFields.Read(fields);
        return actor => new DeclareWorkingSet(actor.Caller, claimId, declaration);
    }

    public static Draft Extend(Fields fields, DateTimeOffset now) => Extend(fields, ReadClaimId(fields));

    /// <summary>The same for a route that names the claim.</summary>
    public static Draft Extend(Fields fields, ClaimId claimId)
    {
        var duration = DurationField.Read(fields, required: true);
        var declaration = WorkingSetFields.ReadPart(fields, claimId);
        return actor => new ExtendClaim(actor.Caller, claimId, duration, declaration);
    }

    public static Draft Finish(Fields fields, DateTimeOffset now)
    {
        var claimId = ReadClaimId(fields);
        var outcome = fields.Choice<RunOutcome>("outcome");
        var summary = fields.Text("summary", SummaryMax);
        return actor => new FinishRun(actor.Caller, claimId, outcome, summary);
    }

    private static ClaimId ReadClaimId(Fields fields) => new(fields.Id("claim_id", required: true) ?? Guid.Empty);
}
