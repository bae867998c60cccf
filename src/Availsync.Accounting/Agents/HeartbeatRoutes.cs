using Availsync.Http;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>POST /v1/mcp/heartbeat</c>: an agent's client is running.</summary>
internal static class HeartbeatRoutes
{
    private const int NextSeconds = 60;

    public static void MapHeartbeats(this IEndpointRouteBuilder routes) => routes.MapAgent("/v1/mcp/heartbeat", BeatAsync);

    private static async Task<IResult> BeatAsync(AgentCall call)
    {
        var (body, error) = await JsonBody.ReadAsync(call.Context);
        if (body is null) return error!;
        var fields = new Fields(body.Root);
        var name = fields.Label("client_name", HeartbeatRow.ClientNameLengthMax, required: true);
        var version = fields.Label("client_version", HeartbeatRow.ClientVersionLengthMax, required: true);
        var session = fields.Label("session_id", HeartbeatRow.SessionIdLengthMax);
        var (key, wrongKey) = Repeats.Read(call.Context);
        if (fields.Refusal is { } refusal) return refusal;
        if (wrongKey is not null) return wrongKey;
        return await call.ChangeOnceAsync(key, body, async () =>
        {
            var row = await call.Db.Heartbeats.SingleOrDefaultAsync(beat => beat.AgentId == call.AgentId, call.Aborted);
            if (row is null)
            {
                call.Db.Add(row = new HeartbeatRow
                {
                    AgentId = call.AgentId, OrgId = call.OrgId, At = call.Now, ClientName = name!, ClientVersion = version!,
                });
            }

            (row.At, row.ClientName, row.ClientVersion, row.SessionId) = (call.Now, name!, version!, session);
            return WireJson.Answer(new Beat(true, NextSeconds));
        });
    }

    private sealed record Beat(bool Ok, int NextHeartbeatSeconds);
}
