namespace Availsync.Contract.Tests;

/// <summary>A workspace and the session of the person that made it.</summary>
public sealed record Workspace(string Id, string UserId, string Email, Client Owner)
{
    /// <summary>What every person of these tests signs in with.</summary>
    public const string Password = "correct horse battery";

    public string Path => $"/v1/orgs/{Id}";

    public static async Task<Workspace> SignUpAsync(Target target)
    {
        var (email, anonymous) = (Unique.Email(), new Client(target.Address));
        var answer = (await anonymous.PostAsync(
            "/v1/auth/signup", new { email, password = Password, workspace_name = Unique.Name() })).Expect(201);
        return new Workspace(
            answer["org.id"].Text(), answer["user.id"].Text(), email, anonymous.WithCookie(answer.SessionCookie()));
    }

    public async Task<Agent> NewAgentAsync(string? name = null, int? default_priority = null, string? mode = null)
    {
        var answer = (await Owner.PostAsync(
            $"{Path}/agents", new { name = name ?? Unique.Name(), default_priority, mode })).Expect(201);
        var key = answer["api_key"].Text();
        return new Agent(
            this, answer["agent.id"].Text(), answer["agent.name"].Text(), answer["key.id"].Text(), key,
            Owner.WithoutCredential().WithKey(key));
    }

    /// <summary>A person of the role <paramref name="role"/>, signed in.</summary>
    public async Task<Member> NewMemberAsync(string role)
    {
        var email = Unique.Email();
        var added = (await Owner.PostAsync($"{Path}/members", new { email, role, password = Password })).Expect(201);
        var signedIn = (await Owner.WithoutCredential().PostAsync(
            "/v1/auth/login", new { email, password = Password })).Expect(200);
        return new Member(
            added["member.user_id"].Text(), email,
            Owner.WithoutCredential().WithCookie(signedIn.SessionCookie()));
    }

    /// <summary>The same workspace on another plan. What an edge knew of it may be a second old.</summary>
    public async Task<Workspace> OnPlanAsync(string plan)
    {
        var changed = (await Owner.PutAsync("/v1/billing/plan", new { plan })).Expect(200);
        Assert.Equal(plan, changed["org.plan"].Text());
        return this;
    }

    /// <summary>What the workspace uses of one of its limits.</summary>
    public async Task<long> UsedAsync(string limit) =>
        (await Owner.GetAsync("/v1/billing/status")).Expect(200)[$"usage.{limit}"].Number();

    /// <summary>Changes settings and waits until they hold: within 1 s on every instance.</summary>
    public async Task ChangeAsync(object settings) => (await Owner.PatchAsync(Path, settings)).Expect(200);
}

/// <summary>A person of a workspace, signed in.</summary>
public sealed record Member(string UserId, string Email, Client Client);
