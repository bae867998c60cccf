using Availsync.Edge.Work;
using Availsync.Http;

namespace Availsync.Edge.Holds;

/// <summary>The routes of holds and availability.</summary>
internal static class HoldEndpoints
{
    private const string Holds = "/v1/holds";
    private const string Hold = Holds + "/{hold_id}";
    private const string Preview = Holds + "/preview";

    public static void MapHolds(this IEndpointRouteBuilder routes)
    {
        var calls = routes.ServiceProvider.GetRequiredService<HoldCalls>();
        WorkEndpoints.Post(routes, "/v1/availability/check", "availability.check", calls.CheckAsync);
        WorkEndpoints.Post(routes, Preview, "hold.preview", calls.PreviewAsync);
        WorkEndpoints.Post(routes, Holds, "hold.place", calls.PlaceAsync);
        WorkEndpoints.Post(routes, Hold + "/confirm", "hold.confirm", calls.ConfirmAsync);
        WorkEndpoints.Map(routes, HttpMethods.Delete, Hold, "hold.release", calls.ReleaseAsync);
        WorkEndpoints.Map(routes, HttpMethods.Get, Hold, "hold.get", calls.GetAsync);
        WorkEndpoints.Map(routes, HttpMethods.Get, Holds, "hold.list", calls.ListAsync);

        // Otherwise a wrong method would be taken as one on a hold that is called so.
        routes.Map(Preview, context =>
        {
            context.Response.Headers.Allow = HttpMethods.Post;
            return ApiError.MethodNotAllowed().ExecuteAsync(context);
        });
    }
}
