using Availsync.Arbiter.Partitions;
using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Tests.Partitions;

/// <summary>Shares are even, what moves is the least, and pins are kept to.</summary>
public sealed class SharingTests
{
    [Theory]
    [InlineData(16, 1)]
    [InlineData(16, 2)]
    [InlineData(16, 3)]
    [InlineData(16, 7)]
    [InlineData(3, 5)]
    [InlineData(1024, 10)]
    public void Shares_differ_by_one_at_most_and_none_is_left_over(int partitions, int instances)
    {
        var plan = Sharing.Plan(new Guid?[partitions], Live(instances));
        var shares = Live(instances).Select(i => plan.Count(p => p == i.Id)).ToList();
        Assert.Equal(partitions, shares.Sum());
        Assert.InRange(shares.Max() - shares.Min(), 0, 1);
        Assert.InRange(shares.Max(), 0, (partitions + instances - 1) / instances);
    }

    [Fact]
    public void A_newcomer_gets_its_share_and_nothing_else_moves()
    {
        var before = Sharing.Plan(new Guid?[16], Live(2));
        var after = Sharing.Plan(before, Live(3));
        var moved = Enumerable.Range(0, 16).Where(p => before[p] != after[p]).ToList();
        Assert.Equal(5, moved.Count);
        Assert.All(moved, p => Assert.Equal(Id(2), after[p]));
    }

    [Fact]
    public void What_one_that_has_gone_leaves_behind_is_all_that_moves()
    {
        var before = Sharing.Plan(new Guid?[16], Live(3));
        var left = before.Select(p => p == Id(1) ? null : p).ToList();
        var after = Sharing.Plan(left, [.. Live(3).Where(i => i.Id != Id(1))]);
        Assert.All(Enumerable.Range(0, 16).Where(p => left[p] is not null), p => Assert.Equal(left[p], after[p]));
        Assert.Equal([8, 8], after.GroupBy(p => p).Select(g => g.Count()));
    }

    [Fact]
    public void A_plan_that_is_carried_out_is_the_plan()
    {
        var plan = Sharing.Plan(new Guid?[17], Live(4));
        Assert.Equal(plan, Sharing.Plan(plan, [.. Live(4).Reverse()]));
    }

    [Fact]
    public void Those_that_are_not_pinned_share_what_nobody_is_pinned_to()
    {
        LiveInstance[] live = [new(Id(0), Pins("0-3")), new(Id(1), Pins("2-5")), .. Live(4)[2..]];
        var plan = Sharing.Plan(new Guid?[16], live);
        Assert.All(plan[..6], owner => Assert.Contains(owner, new Guid?[] { Id(0), Id(1) }));
        Assert.All(plan[..2], owner => Assert.Equal(Id(0), owner));
        Assert.All(plan[4..6], owner => Assert.Equal(Id(1), owner));
        Assert.Equal([5, 5], plan[6..].GroupBy(p => p).Select(g => g.Count()));
        Assert.DoesNotContain(Id(0), plan[6..].OfType<Guid>());
    }

    [Fact]
    public void Where_all_that_live_are_pinned_elsewhere_a_partition_has_nobody()
    {
        var plan = Sharing.Plan(new Guid?[4], [new LiveInstance(Id(0), Pins("0-2"))]);
        Assert.Equal([Id(0), Id(0), Id(0), null], plan);
    }

    [Theory]
    [InlineData("0-7,9", true)]
    [InlineData(" 3 , 5 - 6 ", true)]
    [InlineData("15", true)]
    [InlineData("", true)]
    [InlineData("7-3", false)]
    [InlineData("a", false)]
    [InlineData("1,", false)]
    [InlineData("-1", false)]
    [InlineData("0-16", false)]
    [InlineData("99999999999", false)]
    public void A_wrong_list_of_partitions_stops_the_start_with_one_line(string text, bool isRight)
    {
        var validator = new ArbiterOptionsValidator(Options.Create(new PartitionOptions()));
        var result = validator.Validate(null, new ArbiterOptions { Partitions = text });
        Assert.Equal(isRight, result.Succeeded);
        if (!isRight) Assert.Contains("Arbiter:Partitions", Assert.Single(result.Failures!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_lease_outlasts_a_renewal_that_fails()
    {
        var validator = new ArbiterOptionsValidator(Options.Create(new PartitionOptions()));
        var options = new ArbiterOptions { OwnershipLeaseSeconds = 5, OwnershipRenewalSeconds = 2 };
        Assert.Contains("OwnershipLeaseSeconds", validator.Validate(null, options).FailureMessage, StringComparison.Ordinal);
    }

    private static LiveInstance[] Live(int count) =>
        [.. Enumerable.Range(0, count).Select(n => new LiveInstance(Id(n), null))];

    private static Guid Id(int number) => new(number + 1, 0, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0]);

    private static PinnedPartitions Pins(string text) => PinnedPartitions.TryParse(text)!;
}
