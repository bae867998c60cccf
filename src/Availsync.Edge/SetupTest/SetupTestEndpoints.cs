using Availsync.Edge.Access;

namespace Availsync.Edge.SetupTest;

/// <summary>The one route below a workspace that the edge answers itself: its lanes are what is tried out.</summary>
internal static class SetupTestEndpoints
{
    public static void MapSetupTest(this IEndpointRouteBuilder routes)
    {
        var tests = routes.ServiceProvider.GetRequiredService<SetupTests>();
        routes.MapMethods(
            "/v1/orgs/{org_id}/agents/{agent_id}/setup-test", [HttpMethods.Post],
            (RequestDelegate)(async context =>
            {
                var answer = await tests.TestAsync(context);
                await answer.ExecuteAsync(context);
            })).WithMetadata(new AdmissionRule(Admission.Authenticated));
    }
}
