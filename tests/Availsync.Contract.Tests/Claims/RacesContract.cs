using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>Many at once.</summary>
public abstract class RacesContract(Target target) : ContractTest(target)
{
    /// <summary>
    /// How often the crowd runs; <c>AVAILSYNC_RACE_ROUNDS</c> sets it for a longer run. System.Tests has it run a
    /// thousand times and looks into the store; what is judged here is each answer, by the OpenAPI document.
    /// </summary>
    private static readonly int Rounds = int.Parse(
        Environment.GetEnvironmentVariable("AVAILSYNC_RACE_ROUNDS") ?? "200", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Of_fifty_that_start_at_once_exactly_one_proceeds()
    {
        var agents = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => NewAgentAsync()));
        for (var round = 0; round < Rounds; round++)
        {
            var resource = NewRepo();
            var answers = await Task.WhenAll(
                Enumerable.Range(0, 50).Select(i => agents[i % 5].At(EdgeOf(i)).StartAsync(resource)));
            var winner = Assert.Single(answers, a => a.Expect(200)["action"].Text() == "proceed");
            var id = winner["claim.id"].Text();
            Assert.All(answers.Where(a => a != winner), a => Assert.Equal(id, a["blocking_claim.id"].Text()));
        }
    }

    [Fact]
    public async Task Of_a_repo_and_its_parts_at_once_either_the_repo_or_the_parts_proceed()
    {
        var agent = await NewAgentAsync();
        for (var round = 0; round < 10; round++)
        {
            var key = $"owner/{Unique.Name()}";
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(
                i => agent.StartAsync(i % 2 == 0 ? $"repo:{key}" : $"project:{key}#{i % 5}")));
            string[] granted =
            [
                .. answers.Where(a => a.Expect(200)["action"].Text() == "proceed")
                    .Select(a => a["claim.resource"].Text()),
            ];
            Assert.NotEmpty(granted);
            Assert.Equal(granted.Distinct(), granted);
            Assert.True(granted.Length == 1 || granted.All(r => r.StartsWith("project:", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Two_that_declare_one_file_at_once_do_not_both_get_it()
    {
        var agent = await NewAgentAsync();
        var key = $"owner/{Unique.Name()}";
        var claims = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => agent.HoldAsync($"project:{key}#{i}")));
        for (var round = 0; round < 10; round++)
        {
            var answers = await Task.WhenAll(claims.Select(c => agent.DeclareAsync(c, "edit", $"src/{round}/*.cs")));
            Assert.Single(answers, a => a.Status == 200);
            Assert.Equal(7, answers.Count(a => a.Status == 409));
        }
    }

    [Fact]
    public async Task Whoever_finishes_and_extends_at_once_gets_one_story()
    {
        var agent = await NewAgentAsync();
        for (var round = 0; round < 10; round++)
        {
            var claim = await agent.HoldAsync(NewRepo());
            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(
                i => i % 2 == 0 ? agent.FinishAsync(claim) : agent.ExtendAsync(claim, 1200)));
            Assert.Single(answers, a => a.Status == 200 && a["action"].Text() == "finished");
            Assert.Equal(4, answers.Count(a => a.Status == 200 && a["action"].Text() == "already_finished"));
            Assert.Equal("released", (await agent.ReadAsync(claim)).At("status").Text());
        }
    }

    [Fact]
    public async Task A_read_sees_every_write_that_was_answered_before_it()
    {
        var agent = await NewAgentAsync();
        var reader = agent.At(EdgeOf(1));
        for (var round = 0; round < 30; round++)
        {
            var claim = await agent.HoldAsync(NewRepo());
            Assert.Equal("active", (await reader.ReadAsync(claim)).At("status").Text());
            var list = (await reader.GetAsync("/v1/work/claims?limit=1")).Expect(200);
            Assert.Equal(claim.Id, list["claims.0.id"].Text());
            var extended = (await agent.ExtendAsync(claim, 1200)).Expect(200, "extended")["claim.expires_at"].Text();
            Assert.Equal(extended, (await reader.ReadAsync(claim)).At("expires_at").Text());
            (await agent.DeclareAsync(claim, "edit", "a")).Expect(200, "updated");
            Assert.Equal("a", (await reader.ReadAsync(claim)).At("working_set.paths.0").Text());
            (await agent.FinishAsync(claim)).Expect(200, "finished");
            Assert.Equal("released", (await reader.ReadAsync(claim)).At("status").Text());
            Assert.Equal("released", (await reader.GetAsync("/v1/work/claims?limit=1"))["claims.0.status"].Text());
        }
    }
}
