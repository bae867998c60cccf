using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary>One call of an agent, by its key.</summary>
internal sealed class AgentCall(
    HttpContext context, AccountingDbContext db, AgentPrincipal principal, DateTimeOffset now)
{
    public HttpContext Context => context;

    public AccountingDbContext Db => db;

    public DateTimeOffset Now => now;

    public CancellationToken Aborted => context.RequestAborted;

    public Guid OrgId => principal.Workspace.Id;

    public Guid AgentId => principal.Agent.Id;

    /// <summary>
    /// Runs a change in one transaction. It begins by writing down that the agent has been seen, which locks its row:
    /// changes of one agent happen one after another, and a key that was revoked since the edge has looked gets
    /// nothing. A refusal rolls everything back.
    /// </summary>
    public async Task<IResult> ChangeAsync(Func<Task<IResult>> change)
    {
        await using var transaction = await db.BeginWriteAsync(Aborted);
        var seen = await db.Agents
            .Where(row => row.Id == AgentId && !row.Disabled && db.Keys.LiveAt(now).Any(key => key.Id == principal.KeyId))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.LastSeenAt, now), Aborted);
        if (seen == 0) return ApiError.Unauthorized();
        var answer = await change();
        if (answer is ApiError) return answer;
        await db.SaveChangesAsync(Aborted);
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    /// <summary>As <see cref="ChangeAsync"/>, or as the first time under this key.</summary>
    public Task<IResult> ChangeOnceAsync(IdempotencyKey? key, JsonBody body, Func<Task<IResult>> change) => ChangeAsync(
        () => key is null ? change() : new Repeats(context, db, OrgId, AgentId, now).OnceAsync(key, body, change));
}

/// <summary>Maps routes that only agents call.</summary>
internal static class AgentCalls
{
    public static void MapAgent(
        this IEndpointRouteBuilder routes, string path, Func<AgentCall, Task<IResult>> handler) =>
        routes.MapMethods(path, ["POST"], (RequestDelegate)(async context =>
        {
            var answer = await AnswerAsync(context, handler);
            await answer.ExecuteAsync(context);
        }));

    private static Task<IResult> AnswerAsync(HttpContext context, Func<AgentCall, Task<IResult>> handler)
    {
        switch (context.Identity().Principal)
        {
            case AgentPrincipal agent:
                var db = context.RequestServices.GetRequiredService<AccountingDbContext>();
                var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
                return handler(new AgentCall(context, db, agent, now));
            case PersonPrincipal:
                return Task.FromResult<IResult>(
                    ApiError.Forbidden("This needs an agent's key; a person's session does not do."));
            default:
                return Task.FromResult<IResult>(ApiError.Unauthorized());
        }
    }
}
