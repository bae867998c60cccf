using System.Text.Json;
using Availsync.Contracts;

namespace Availsync.Decisions.Tests;

public sealed class HoldTextTests
{
    [Theory]
    [InlineData("calendar:jane", "calendar:jane")]
    [InlineData("  release:prod ", "release:prod")]
    [InlineData("caf\u0065\u0301", "caf\u00e9")]
    [InlineData("x", "x")]
    public void A_resource_is_any_name_without_the_blanks_around_it(string text, string name)
    {
        Assert.True(HoldResource.TryParse(text, out var resource, out _));
        Assert.Equal(name, resource.Name);
        Assert.Equal(resource, JsonSerializer.Deserialize<HoldResource>(JsonSerializer.Serialize(resource)));
        Assert.True(HoldResource.IsRoot(resource.Root));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData("a\u0000b")]
    [InlineData("a\nb")]
    public void What_is_no_name_is_refused(string? text)
    {
        Assert.False(HoldResource.TryParse(text, out _, out var error));
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_surrogate_is_no_text() =>
        Assert.False(HoldResource.TryParse(new string('\ud800', 1), out _, out _));

    [Fact]
    public void A_name_has_at_most_256_characters_whatever_they_are_made_of()
    {
        Assert.True(HoldResource.TryParse(string.Concat(Enumerable.Repeat("\U0001F600", 256)), out _, out _));
        Assert.False(HoldResource.TryParse(new string('x', 257), out _, out _));
    }

    [Fact]
    public void A_window_is_never_empty_nor_longer_than_31_days_and_has_whole_milliseconds()
    {
        var start = World.Morning.AddTicks(7);
        Assert.False(HoldWindow.TryCreate(start, start, out _, out _));
        Assert.False(HoldWindow.TryCreate(start, start.AddTicks(9000), out _, out _));
        Assert.False(HoldWindow.TryCreate(start, start.AddDays(-1), out _, out _));
        Assert.False(HoldWindow.TryCreate(start, start.AddDays(31).AddMilliseconds(1), out _, out _));
        Assert.True(HoldWindow.TryCreate(
            start.ToOffset(TimeSpan.FromHours(9)), start.AddDays(31), out var window, out _));
        Assert.Equal((World.Morning, TimeSpan.Zero), (window.StartsAt, window.StartsAt.Offset));
        Assert.Equal(window, JsonSerializer.Deserialize<HoldWindow>(JsonSerializer.Serialize(window)));
    }

    [Fact]
    public void The_id_of_a_hold_finds_the_partition_of_its_resource()
    {
        var command = HoldWorld.Place(0, 10);
        var id = new HoldId(ClaimId.Create(World.Morning, command.Slot).Value);
        Assert.Equal(Slot.Of(World.Org, "hold:calendar:jane"), id.Slot);
        Assert.Equal(id.Slot, new ConfirmHold(World.Codex, id).Slot);
    }

    [Fact]
    public void Commands_outcomes_and_facts_travel_as_they_are()
    {
        var world = new HoldWorld();
        Command place = HoldWorld.Place(0, 10, ttl: 60) with { Arbitration = ArbitrationRule.PreemptLower };
        Assert.Equal(place, JsonSerializer.Deserialize<Command>(JsonSerializer.Serialize(place)));
        Outcome placed = world.Do((PlaceHold)place);
        Assert.Equal(placed, JsonSerializer.Deserialize<Outcome>(JsonSerializer.Serialize(placed)));
        var fact = world.Facts[0];
        Assert.Equal(fact, JsonSerializer.Deserialize<ClaimFact>(JsonSerializer.Serialize(fact)));
        Outcome check = world.Do(HoldWorld.Check(5, 15));
        var read = (Outcome.AvailabilityChecked)JsonSerializer.Deserialize<Outcome>(JsonSerializer.Serialize(check))!;
        Assert.Equal(((Outcome.AvailabilityChecked)check).Conflicts, read.Conflicts);
        Assert.Equal(((Outcome.AvailabilityChecked)check).Alternatives, read.Alternatives);
    }
}
