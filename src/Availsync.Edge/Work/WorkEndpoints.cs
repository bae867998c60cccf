using Availsync.Edge.Access;
using Availsync.Edge.Answers;
using Availsync.Edge.Metering;
using Availsync.Edge.Traffic;

namespace Availsync.Edge.Work;

/// <summary>The routes of runs, claims and resources.</summary>
internal static class WorkEndpoints
{
    private static readonly AdmissionRule Authenticated = new(Admission.Authenticated);

    public static void MapWork(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<WorkCalls>();
        var reads = routes.ServiceProvider.GetRequiredService<ClaimReads>();

        Post(routes, "/v1/work/run/start", "run.start", c => calls.PostAsync(c, Question.Start, Drafts.Start));
        Post(
            routes, "/v1/work/run/working-set", "run.working_set",
            c => calls.PostAsync(c, Question.WorkingSet, Drafts.WorkingSet));
        Post(routes, "/v1/work/run/extend", "run.extend", c => calls.PostAsync(c, Question.Extend, Drafts.Extend));
        Post(routes, "/v1/work/run/finish", "run.finish", c => calls.PostAsync(c, Question.Finish, Drafts.Finish));
        Post(routes, "/v1/work/check", "work.check", c => calls.PostAsync(c, Question.Check, Drafts.Check));
        Post(routes, "/v1/work/claim", "work.claim", c => calls.PostAsync(c, Question.LegacyClaim, Drafts.Start))
            .WithMetadata(new LegacyRoute("/v1/work/run/start"));
        Post(
            routes, "/v1/work/claims/{claim_id}/extend", "claim.extend",
            c => calls.PostOnClaimAsync(c, Question.Extend, Drafts.Extend));

        Map(routes, HttpMethods.Delete, "/v1/work/claims/{claim_id}", "claim.release", calls.DeleteClaimAsync);
        Map(routes, HttpMethods.Get, "/v1/work/claims/{claim_id}", "claim.get", reads.GetClaimAsync);
        Map(routes, HttpMethods.Get, "/v1/work/claims", "claim.list", reads.ListClaimsAsync);
        Map(routes, HttpMethods.Get, "/v1/work/resources", "resource.list", reads.ListResourcesAsync);
    }

    /// <summary>Maps a call that changes something, or could.</summary>
    public static IEndpointConventionBuilder Post(
        IEndpointRouteBuilder routes, string path, string type, Func<HttpContext, Task<IResult>> handle) =>
        Map(routes, HttpMethods.Post, path, type, handle).WithMetadata(new RecordsRefusals());

    public static IEndpointConventionBuilder Map(
        IEndpointRouteBuilder routes, string method, string path, string type,
        Func<HttpContext, Task<IResult>> handle) =>
        routes.MapMethods(path, [method], (RequestDelegate)(async context =>
        {
            var answer = await handle(context);
            await answer.ExecuteAsync(context);
        })).WithMetadata(Authenticated, new TrafficType(type, OfPeopleToo: true));
}
