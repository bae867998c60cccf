namespace Availsync.Contract.Tests;

/// <summary><c>Accounts:Signup</c>: who may make a workspace.</summary>
[Collection(Alone.Name)]
public sealed class SignupSettingTests
{
    [Theory]
    [InlineData("closed")]
    [InlineData("first_only")]
    public async Task Nobody_signs_up_where_it_is_closed_or_the_first_workspace_is_there(string setting)
    {
        await using var target =
            new StandaloneTarget(new Dictionary<string, string> { ["Accounts__Signup"] = setting });
        await target.EnsureStartedAsync();
        var answer = await new Client(target.Address).PostAsync(
            "/v1/auth/signup", new { email = Unique.Email(), password = Workspace.Password, workspace_name = "x" });
        answer.ExpectError(403, "forbidden");
        (await new Client(target.Address).WithKey(target.FirstKey).GetAsync("/v1/me")).Expect(200);
    }
}
