using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Leases;

/// <summary>A lease that runs out is seen to have run out, by the saga and its scheduled message alone.</summary>
public abstract class LeaseExpiryTests(Target target) : TargetTests(target)
{
    [Fact]
    public async Task With_nobody_asking_a_lease_turns_expired_within_a_second()
    {
        var root = NewRoot("expiry");
        var answer = await Target.Work.StartAsync(root, 5);
        var claim = Granted.Of(answer.Json.GetProperty("claim"));

        // The store is read, not the product: a question to the product might itself be what notices.
        var left = claim.ExpiresAt - Clock.GetUtcNow();
        await Target.UntilAsync("expired in the store", left + TimeSpan.FromSeconds(1), async () =>
            (await Target.Store.ClaimsAsync(root)).Single().Status == "expired");

        Assert.True(Clock.GetUtcNow() >= claim.ExpiresAt, "It expired before its time.");
        Assert.Equal(2, (await Target.Store.SequencesAsync(root))[root]);
    }

    [Fact]
    public async Task A_crowd_of_leases_that_end_together_is_expired_within_a_second()
    {
        var prefix = NewRoot("expiry");
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 200).Select(number => Target.Work.StartAsync($"{prefix}-{number}", 5)));
        var last = answers.Max(answer => Granted.Of(answer.Json.GetProperty("claim")).ExpiresAt);

        var left = last - Clock.GetUtcNow();
        await Target.UntilAsync("expired in the store", left + TimeSpan.FromSeconds(1), async () =>
            (await Target.Store.ClaimsAsync(prefix)).Count(claim => claim.Status == "expired") == answers.Length);
    }
}

[Collection(StandaloneCollection.Name)]
public sealed class StandaloneLeaseExpiryTests(StandaloneTarget target) : LeaseExpiryTests(target);

[Collection(StackCollection.Name)]
public sealed class StackLeaseExpiryTests(StackTarget target) : LeaseExpiryTests(target);
