using Availsync.Contracts;
using Availsync.Edge.Answers;
using Availsync.Http;

namespace Availsync.Edge.SetupTest;

/// <summary>What each step has to come to: a sentence of praise, or null where the outcome is another one.</summary>
internal static class Judge
{
    public static string? Start(Outcome outcome, Guid? claimId) => outcome is Outcome.Granted granted
        ? $"The claim {granted.Claim.Id} was granted on {granted.Claim.Resource}."
        : null;

    /// <summary>The resource is taken by now, so the check has to say so, and by whom.</summary>
    public static string? Check(Outcome outcome, Guid? claimId) =>
        outcome is Outcome.Checked { BlockingClaim: { } holder } && holder.Id.Value == claimId
            ? "The check names the claim as the one that holds the resource."
            : null;

    public static string? WorkingSet(Outcome outcome, Guid? claimId) =>
        outcome is Outcome.WorkingSetDeclared { Answer.Blocked.Count: 0 } ? "The files were declared." : null;

    public static string? Extend(Outcome outcome, Guid? claimId) => outcome is Outcome.Extended extended
        ? $"The lease holds until {Rfc3339.Format(extended.Claim.ExpiresAt)}."
        : null;

    public static string? Finish(Outcome outcome, Guid? claimId) =>
        outcome is Outcome.Ended ? "The claim was finished." : null;

    /// <summary>What a client would have been told, in a sentence.</summary>
    public static string WhyNot(Outcome outcome, Question question) => outcome switch
    {
        Outcome.Skipped => "Another claim holds the resource.",
        Outcome.Checked => "The check does not see the claim.",
        Outcome.WorkingSetDeclared => "Other claims hold some of the files.",
        Outcome.AlreadyEnded => "The claim had ended before.",
        _ when OutcomeAnswers.Of(outcome, question, default) is ApiError error => error.Message,
        _ => "The answer is not the one that was expected.",
    };
}
