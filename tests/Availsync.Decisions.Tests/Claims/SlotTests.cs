using System.Globalization;
using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

public sealed class SlotTests
{
    [Theory]
    [InlineData("00000000-0000-0000-0000-000000000000", "repo:owner/repo", 1634)]
    [InlineData("0190a6d2-7e4b-7c1d-8f00-123456789abc", "repo:owner/repo", 365)]
    [InlineData("0190a6d2-7e4b-7c1d-8f00-123456789abc", "project:Deploy", 2134)]
    [InlineData("0190a6d2-7e4b-7c1d-8f00-123456789abc", "repo:gitlab.com/é/x", 2819)]
    public void A_slot_never_moves_since_stored_claim_ids_carry_it(string org, string root, int slot) =>
        Assert.Equal(new Slot(slot), Slot.Of(Guid.Parse(org), root));

    [Fact]
    public void A_claim_id_carries_its_slot_and_its_time()
    {
        var at = Gen.Long[0, 4_102_444_800_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);
        Gen.Select(at, Gen.Int[0, Slot.Count - 1]).Sample((moment, slot) =>
        {
            var id = ClaimId.Create(moment, new Slot(slot));
            var text = id.ToString();
            return id.Slot == new Slot(slot)
                && id.Value.Version == 7
                && id.Value.Variant is >= 8 and < 12
                && text.Replace("-", "", StringComparison.Ordinal)[..12]
                    == moment.ToUnixTimeMilliseconds().ToString("x12", CultureInfo.InvariantCulture)
                && ClaimId.TryParse(text, out var again)
                && again == id;
        });
    }

    [Fact]
    public void Roots_spread_over_all_slots()
    {
        var org = Guid.Parse("0190a6d2-7e4b-7c1d-8f00-123456789abc");
        var crowds = Enumerable.Range(0, 100 * Slot.Count)
            .CountBy(i => Slot.Of(org, $"repo:owner/repo-{i}").Value)
            .Select(c => c.Value)
            .ToList();
        Assert.Equal(Slot.Count, crowds.Count);
        Assert.InRange(crowds.Max(), 100, 200);
    }
}
