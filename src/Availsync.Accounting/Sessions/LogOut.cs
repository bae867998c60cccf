using Availsync.Bus.Outbox;
using Availsync.Contracts;
using Availsync.Http;
using Availsync.Storage;
using Microsoft.EntityFrameworkCore;

namespace Availsync.Accounting;

/// <summary><c>POST /v1/auth/logout</c>: ends the session here, not only in the browser.</summary>
internal sealed class LogOut(AccountingDbContext db)
{
    public async Task<IResult> AnswerAsync(HttpContext context)
    {
        var principal = context.Identity().Principal;
        if (principal is AgentPrincipal) return ApiError.Forbidden("A key has no session that could end.");
        SessionCookie.Clear(context);
        if (principal is not PersonPrincipal person) return ApiError.Unauthorized();

        await using var transaction = await db.BeginWriteAsync(context.RequestAborted);
        var ended = await db.Sessions.Where(row => row.Id == person.SessionId)
            .ExecuteDeleteAsync(context.RequestAborted);
        if (ended == 0) return ApiError.Unauthorized();
        db.Enqueue(new PrincipalChanged(person.Workspace.Id));
        await db.SaveChangesAsync(context.RequestAborted);
        await transaction.CommitAsync(CancellationToken.None);
        return Results.NoContent();
    }
}
