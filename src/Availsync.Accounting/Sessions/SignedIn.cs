using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>A person on the wire.</summary>
internal sealed record UserBody(Guid Id, string Email);

/// <summary>Who is signed in, and where.</summary>
internal sealed record SignedIn(UserBody User, WorkspaceBody Org)
{
    public static IResult Answer(PersonRow person, WorkspaceRow workspace, int status = StatusCodes.Status200OK) =>
        WireJson.Answer(
            new SignedIn(new UserBody(person.Id, person.Email), WorkspaceBody.Of(workspace, person.Role)), status);
}

/// <summary>Which agent a key belongs to.</summary>
internal sealed record AgentSelf(AgentBody Agent, WorkspaceBody Org);
