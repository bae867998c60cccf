namespace Availsync.Contract.Tests;

/// <summary>A workspace, its settings and its people.</summary>
public abstract class WorkspacesContract(Target target) : ContractTest(target)
{
    [Fact]
    public async Task Settings_can_be_changed_one_by_one()
    {
        var workspace = await NewWorkspaceAsync();
        object[] changes =
        [
            new { name = "Renamed" }, new { mode = "observe" }, new { arbitration = "preempt_lower" },
            new { expiry_grace_seconds = 60 },
        ];
        foreach (var change in changes) (await workspace.Owner.PatchAsync(workspace.Path, change)).Expect(200);
        var org = (await workspace.Owner.GetAsync(workspace.Path)).Expect(200)["org"];
        Assert.Equal(
            ("Renamed", "observe", "preempt_lower", 60L),
            (org.At("name").Text(), org.At("mode").Text(), org.At("arbitration").Text(),
                org.At("expiry_grace_seconds").Number()));
        var unchanged = (await workspace.Owner.PatchAsync(workspace.Path, new { })).Expect(200);
        Assert.Equal(org.GetRawText(), unchanged["org"].GetRawText());
    }

    [Theory]
    [InlineData("""{"mode": "off"}""", "mode")]
    [InlineData("""{"arbitration": "lottery"}""", "arbitration")]
    [InlineData("""{"expiry_grace_seconds": -1}""", "expiry_grace_seconds")]
    [InlineData("""{"expiry_grace_seconds": 61}""", "expiry_grace_seconds")]
    [InlineData("""{"expiry_grace_seconds": "5"}""", "expiry_grace_seconds")]
    [InlineData("""{"name": ""}""", "name")]
    [InlineData("""{"name": 7}""", "name")]
    public async Task A_setting_beyond_its_limits_changes_nothing(string body, string wrong)
    {
        var workspace = await NewWorkspaceAsync();
        var before = (await workspace.Owner.GetAsync(workspace.Path)).Body;
        (await workspace.Owner.SendAsync("PATCH", workspace.Path,
            Client.Content(System.Text.Encoding.UTF8.GetBytes(body), "application/json")))
            .ExpectWrong(wrong);
        Assert.Equal(before, (await workspace.Owner.GetAsync(workspace.Path)).Body);
    }

    [Fact]
    public async Task Another_workspace_looks_like_none()
    {
        var (mine, other) = (Shared, await NewWorkspaceAsync());
        var foreign = await other.NewAgentAsync();
        (string Method, string Path, object? Body)[] calls =
        [
            ("GET", other.Path, null), ("PATCH", other.Path, new { name = "Mine" }),
            ("GET", $"{other.Path}/agents", null),
            ("POST", $"{other.Path}/agents", new { name = "spy" }), ("GET", foreign.Path, null),
            ("PATCH", foreign.Path, new { disabled = true }), ("DELETE", foreign.Path, null),
            ("GET", $"{foreign.Path}/keys", null),
            ("POST", $"{foreign.Path}/keys", null), ("DELETE", $"{foreign.Path}/keys/{foreign.KeyId}", null),
            ("POST", $"{foreign.Path}/keys/{foreign.KeyId}/rotate", null), ("GET", $"{other.Path}/members", null),
            ("POST", $"{other.Path}/members",
                new { email = Unique.Email(), role = "owner", password = Workspace.Password }),
            ("DELETE", $"{other.Path}/members/{other.UserId}", null),
            ("GET", $"{mine.Path}/agents/{foreign.Id}", null), ("DELETE", $"{mine.Path}/agents/{foreign.Id}", null),
            ("DELETE", $"{mine.Path}/members/{other.UserId}", null),
        ];
        foreach (var (method, path, body) in calls)
        {
            var content =
                body is null ? null : Client.Content(JsonSerializer.SerializeToUtf8Bytes(body), "application/json");
            (await mine.Owner.SendAsync(method, path, content)).ExpectError(404, "not_found");
        }

        (await foreign.GetAsync("/v1/work/claims")).Expect(200);
    }

    [Fact]
    public async Task A_key_opens_no_route_that_is_for_people()
    {
        var agent = await NewAgentAsync();
        (string Method, string Path, object? Body)[] calls =
        [
            ("GET", Shared.Path, null), ("PATCH", Shared.Path, new { name = "x" }),
            ("GET", $"{Shared.Path}/agents", null),
            ("POST", $"{Shared.Path}/agents", new { name = "x" }), ("GET", agent.Path, null),
            ("DELETE", agent.Path, null),
            ("GET", $"{agent.Path}/keys", null), ("POST", $"{agent.Path}/keys", null),
            ("POST", $"{agent.Path}/keys/{agent.KeyId}/rotate", null), ("GET", $"{Shared.Path}/members", null),
        ];
        foreach (var (method, path, body) in calls)
        {
            var content =
                body is null ? null : Client.Content(JsonSerializer.SerializeToUtf8Bytes(body), "application/json");
            (await agent.Client.SendAsync(method, path, content)).ExpectError(403, "forbidden");
        }
    }

    [Fact]
    public async Task A_viewer_reads_and_changes_nothing()
    {
        var agent = await NewAgentAsync();
        var viewer = (await Shared.NewMemberAsync("viewer")).Client;
        string[] paths =
            [Shared.Path, $"{Shared.Path}/agents", agent.Path, $"{agent.Path}/keys", $"{Shared.Path}/members"];
        foreach (var path in paths)
            (await viewer.GetAsync(path)).Expect(200);
        (await viewer.PatchAsync(Shared.Path, new { name = "x" })).ExpectError(403, "forbidden");
        (await viewer.PostAsync($"{Shared.Path}/agents", new { name = "x" })).ExpectError(403, "forbidden");
        (await viewer.PatchAsync(agent.Path, new { disabled = true })).ExpectError(403, "forbidden");
        (await viewer.DeleteAsync(agent.Path)).ExpectError(403, "forbidden");
        (await viewer.PostAsync($"{agent.Path}/keys")).ExpectError(403, "forbidden");
        (await viewer.PostAsync($"{agent.Path}/keys/{agent.KeyId}/rotate")).ExpectError(403, "forbidden");
        (await viewer.DeleteAsync($"{agent.Path}/keys/{agent.KeyId}")).ExpectError(403, "forbidden");
        (await viewer.PostAsync($"{Shared.Path}/members",
            new { email = Unique.Email(), role = "owner", password = Workspace.Password }))
            .ExpectError(403, "forbidden");
    }

    [Fact]
    public async Task An_admin_does_everything_but_touch_members()
    {
        var workspace = await NewWorkspaceAsync();
        var (admin, viewer) = (await workspace.NewMemberAsync("admin"), await workspace.NewMemberAsync("viewer"));
        (await admin.Client.PatchAsync(workspace.Path, new { name = "By an admin" })).Expect(200);
        (await admin.Client.PostAsync($"{workspace.Path}/agents", new { name = "x" })).Expect(201);
        (await admin.Client.PostAsync($"{workspace.Path}/members",
            new { email = Unique.Email(), role = "viewer", password = Workspace.Password }))
            .ExpectError(403, "forbidden");
        (await admin.Client.DeleteAsync($"{workspace.Path}/members/{viewer.UserId}")).ExpectError(403, "forbidden");
    }

    [Fact]
    public async Task Members_come_and_go_but_the_last_owner_stays()
    {
        var workspace = await NewWorkspaceAsync();
        var viewer = await workspace.NewMemberAsync("viewer");
        var listed = (await workspace.Owner.GetAsync($"{workspace.Path}/members")).Expect(200)["members"];
        Assert.Equal([viewer.UserId, workspace.UserId], listed.EnumerateArray().Select(m => m.At("user_id").Text()));
        Assert.Equal(["user_id", "email", "role"], listed.At("0").Members());
        Assert.Equal((viewer.Email, "viewer"), (listed.At("0.email").Text(), listed.At("0.role").Text()));
        (await workspace.Owner.DeleteAsync($"{workspace.Path}/members/{workspace.UserId}"))
            .ExpectError(403, "forbidden");
        var second = await workspace.NewMemberAsync("owner");
        (await second.Client.DeleteAsync($"{workspace.Path}/members/{workspace.UserId}")).Expect(204);
        (await second.Client.DeleteAsync($"{workspace.Path}/members/{second.UserId}")).ExpectError(403, "forbidden");
        (await second.Client.DeleteAsync($"{workspace.Path}/members/{viewer.UserId}")).Expect(204);
        (await second.Client.DeleteAsync($"{workspace.Path}/members/{viewer.UserId}")).ExpectError(404, "not_found");
    }

    [Fact]
    public async Task Who_is_removed_is_out_within_a_second()
    {
        var member = await Shared.NewMemberAsync("admin");
        (await member.Client.GetAsync("/v1/work/claims")).Expect(200);
        (await Shared.Owner.DeleteAsync($"{Shared.Path}/members/{member.UserId}")).Expect(204);
        await Eventually.TrueAsync(
            TimeSpan.FromSeconds(1),
            async () => (await member.Client.GetAsync("/v1/work/claims")).Status == 401,
            "the session has ended");
        (await Anonymous.PostAsync("/v1/auth/login", new { email = member.Email, password = Workspace.Password }))
            .ExpectError(401, "invalid_credentials");
    }

    [Theory]
    [InlineData("""{"role": "viewer", "password": "correct horse battery"}""", "email")]
    [InlineData("""{"email": "someone@example.com", "password": "correct horse battery"}""", "role")]
    [InlineData("""{"email": "someone@example.com", "role": "king", "password": "correct horse battery"}""", "role")]
    [InlineData("""{"email": "someone@example.com", "role": "viewer", "password": "too short"}""", "password")]
    [InlineData("""{"email": "someone@example.com", "role": "viewer"}""", "password")]
    public async Task A_member_has_an_address_a_role_and_a_password(string body, string wrong) =>
        (await Shared.Owner.PostTextAsync($"{Shared.Path}/members", body)).ExpectWrong(wrong);
}
