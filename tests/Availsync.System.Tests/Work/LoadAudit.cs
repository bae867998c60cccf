using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Work;

/// <summary>Holds what the load was told against what the store says, after the storm.</summary>
internal sealed class LoadAudit(Target target, BackgroundLoad load)
{
    /// <summary>All of it: nothing lost, nothing twice, nothing strange.</summary>
    public async Task PassAsync()
    {
        Assert.Empty(load.Surprises);
        Assert.NotEmpty(load.Granted);
        await ExpiriesAreSeenAsync();
        var claims = await target.Store.ClaimsAsync(load.Prefix);
        EveryAnswerStands(claims.ToDictionary(claim => claim.Id));
        NothingExistsTwice(claims);
    }

    /// <summary>Asks again, with the same key, whatever got no answer: one claim on what is used once, no more.</summary>
    public async Task RepeatUnansweredAsync()
    {
        // What was decided before the crash keeps its claim, whether or not its lease has run out since.
        foreach (var question in load.Unanswered)
        {
            var first = await target.Work.StartAsync(question.Resource, question.Seconds, question.Key);
            var second = await target.Work.StartAsync(question.Resource, question.Seconds, question.Key);
            Assert.Equal(200, first.Status);
            Assert.Equal(first.Bytes, second.Bytes);
            Assert.True(second.Replayed);
            if (first.Action == "proceed") load.Granted.Add(Granted.Of(first.Json.GetProperty("claim")));
        }

        var claims = (await target.Store.ClaimsAsync(load.Prefix)).ToLookup(claim => claim.Resource);
        foreach (var question in load.Unanswered.Where(question => !question.Shared))
            Assert.Single(claims[question.Resource]);
    }

    /// <summary>
    /// The facts of a root that was used once: its grant, and its end where it has ended. All have left the outbox.
    /// </summary>
    public async Task NoFactIsMissingAsync()
    {
        await Target.UntilAsync(
            "relayed", TimeSpan.FromSeconds(30), async () => await target.Store.UnpublishedAsync() == 0);
        var claims = await target.Store.ClaimsAsync(load.Prefix);
        var once = claims.Where(claim => !claim.Root.Contains("shared", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(once);
        var sequences = await target.Store.SequencesAsync(load.Prefix);
        foreach (var claim in once)
        {
            var facts = claim.Status == "active" ? 1 : 2;
            Assert.True(sequences[claim.Root] == facts, $"{claim} has {sequences[claim.Root]} facts, not {facts}.");
        }
    }

    private void EveryAnswerStands(Dictionary<Guid, StoredClaim> claims)
    {
        var now = Target.Clock.GetUtcNow();
        foreach (var granted in load.Granted)
        {
            Assert.True(claims.TryGetValue(granted.Id, out var stored), $"{granted} is lost.");
            Assert.Equal(granted.Token, stored.Token);
            Assert.Equal(granted.ExpiresAt, stored.ExpiresAt);
            if (load.Finished.ContainsKey(granted.Id)) Assert.NotEqual("active", stored.Status);
            else if (!load.MaybeFinished.ContainsKey(granted.Id) && granted.ExpiresAt > now)
                Assert.Equal("active", stored.Status);
        }
    }

    private static void NothingExistsTwice(List<StoredClaim> claims)
    {
        foreach (var root in claims.GroupBy(claim => claim.Root))
        {
            Assert.Equal(root.Count(), root.Select(claim => claim.Token).Distinct().Count());
            Assert.InRange(root.Count(claim => claim.Status == "active"), 0, 1);
        }
    }

    /// <summary>No lease that is over by now stays active for more than a second.</summary>
    private async Task ExpiriesAreSeenAsync()
    {
        var now = Target.Clock.GetUtcNow();
        await Target.UntilAsync("expired where the lease is over", TimeSpan.FromSeconds(1), async () =>
            !(await target.Store.ClaimsAsync(load.Prefix))
                .Any(claim => claim.Status == "active" && claim.ExpiresAt <= now));
    }
}
