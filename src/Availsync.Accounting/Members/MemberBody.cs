using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>A member on the wire.</summary>
internal sealed record MemberBody(Guid UserId, string Email, Role Role)
{
    public static MemberBody Of(PersonRow row) => new(row.Id, row.Email, row.Role);
}

/// <summary><c>{"member"}</c>.</summary>
internal sealed record MemberEnvelope(MemberBody Member);

/// <summary>A page of members.</summary>
internal sealed record MemberPage(IReadOnlyList<MemberBody> Members, Pagination Pagination);
