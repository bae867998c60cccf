using System.Collections.Concurrent;
using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

/// <summary>
/// What holds in every history, over thousands of random ones. A red run prints the seed and the shortest history it
/// found; <c>CsCheck_Seed=… dotnet test tests/Availsync.Decisions.Tests</c> runs that one again, <c>CsCheck_Iter=…</c>
/// runs more of them.
/// </summary>
public sealed class HistoryProperties
{
    private const int Runs = 10_000;
    private const int StepsMax = 40;

    [Fact]
    public void Every_step_is_answered_as_the_plain_model_says()
    {
        var outcomes = new ConcurrentDictionary<string, bool>();
        Sample(steps =>
        {
            foreach (var outcome in new History(new PlainModel()).Take(steps).Outcomes) outcomes[outcome] = true;
        });

        // Histories that never come by an outcome would prove nothing of it.
        Assert.Equal(
            [
                nameof(Outcome.AlreadyEnded), nameof(Outcome.Checked), nameof(Outcome.ClaimNotActive),
                nameof(Outcome.Ended), nameof(Outcome.Extended), nameof(Outcome.Granted), nameof(Outcome.Invalid),
                nameof(Outcome.NotClaimOwner), nameof(Outcome.NothingDue), nameof(Outcome.Observed),
                nameof(Outcome.Skipped),
                nameof(Outcome.WorkingSetBlocked), nameof(Outcome.WorkingSetDeclared),
            ],
            outcomes.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_two_active_claims_conflict_and_none_edits_what_another_edits() => Sample(steps =>
    {
        var history = new History();
        history.Take(steps, afterEach: () =>
        {
            var active = history.Active.ToList();
            foreach (var (i, claim) in active.Index())
            {
                Assert.True(history.Now < claim.ExpiresAt && claim.ExpiresAt <= claim.StartedAt.AddDays(1));
                foreach (var other in active.Skip(i + 1)) AssertApart(claim, other);
            }
        });
    });

    [Fact]
    public void Tokens_grow_facts_have_no_holes_and_a_claim_that_has_ended_stays_ended() => Sample(steps =>
    {
        var history = new History().Take(steps);
        foreach (var root in history.Facts.GroupBy(f => f.Root, f => f.Fact))
        {
            var tokens = root.OfType<ClaimGranted>().Select(g => g.Claim.FencingToken.Value).ToList();
            Assert.Equal(tokens.Distinct().Order(), tokens);
            Assert.Equal(root.Count(), history.Roots.Single(r => r.Root == root.Key).LastSequence);
            var ofClaims = root.Select(f => (Fact: f, Claim: ClaimOf(f))).Where(f => f.Claim is not null);
            foreach (var life in ofClaims.GroupBy(f => f.Claim!.Id))
            {
                Assert.IsType<ClaimGranted>(life.First().Fact);
                Assert.Single(life, f => f.Fact is ClaimGranted);
                Assert.All(life.SkipLast(1), f => Assert.Equal(ClaimStatus.Active, f.Claim!.Status));
                Assert.Equal(life.Select(f => f.Claim!.ExpiresAt).Order(), life.Select(f => f.Claim!.ExpiresAt));
                Assert.All(life, f => Assert.Equal(f.Claim!.Status == ClaimStatus.Active, f.Claim.EndedAt is null));
                Assert.All(life, f => Assert.True((f.Claim!.EndedAt ?? f.Claim.StartedAt) <= f.Claim.ExpiresAt));
            }
        }
    });

    [Fact]
    public void The_facts_alone_make_up_the_state_and_the_ended_claims_can_be_forgotten() => Sample(steps =>
    {
        var history = new History().Take(steps);
        foreach (var root in history.Roots)
        {
            var facts = history.Facts.Where(f => f.Root == root.Root).Select(f => f.Fact);
            var replayed = facts.Aggregate(RootState.Unclaimed(World.Org, root.Root), Arbitration.Evolve);
            var forgetful = facts.Aggregate(
                RootState.Unclaimed(World.Org, root.Root),
                (state, fact) => Arbitration.Evolve(state, fact).WithoutEnded(DateTimeOffset.MaxValue));
            AssertSame(root, replayed);
            AssertSame(root.WithoutEnded(DateTimeOffset.MaxValue), forgetful);
        }
    });

    private static void Sample(Action<Step[]> property) =>
        Step.Histories(StepsMax).Sample(property, iter: Runs, print: steps => "\n" + string.Join<Step>('\n', steps));

    private static void AssertApart(Claim one, Claim other)
    {
        Assert.False(Cast.Conflict(RowOf(one), RowOf(other)), $"{one.Resource} and {other.Resource} are both held.");
        if (one.Resource.Root != other.Resource.Root) return;
        foreach (var path in Edited(one))
            Assert.DoesNotContain(Edited(other), p => Cast.Overlap(path.Text, p.Text));
    }

    private static IReadOnlyList<PathPattern> Edited(Claim claim) =>
        claim.WorkingSet is { Mode: AccessMode.Edit or AccessMode.Delete } files ? files.Paths : [];

    private static int RowOf(Claim claim) =>
        Array.FindIndex(Cast.Resources, r => World.Resource(r.Text).Equals(claim.Resource));

    private static Claim? ClaimOf(ClaimFact fact) => fact switch
    {
        ClaimGranted granted => granted.Claim,
        ClaimExtended extended => extended.Claim,
        WorkingSetChanged changed => changed.Claim,
        ClaimReleased released => released.Claim,
        ClaimExpired expired => expired.Claim,
        ClaimRevoked revoked => revoked.Claim,
        _ => null,
    };

    private static void AssertSame(RootState expected, RootState actual)
    {
        Assert.Equal(expected.LastToken, actual.LastToken);
        Assert.Equal(expected.LastSequence, actual.LastSequence);
        Assert.Equal(
            expected.Claims.Values.OrderBy(c => c.FencingToken), actual.Claims.Values.OrderBy(c => c.FencingToken));
        Assert.Equal(
            expected.Resources.Values.OrderBy(r => r.Resource.Canonical, StringComparer.Ordinal),
            actual.Resources.Values.OrderBy(r => r.Resource.Canonical, StringComparer.Ordinal));
    }
}
