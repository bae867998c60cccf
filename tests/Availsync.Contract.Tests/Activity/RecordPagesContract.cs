namespace Availsync.Contract.Tests;

/// <summary>Calls and audit entries come in pages as all lists do.</summary>
public abstract class RecordPagesContract(Target target) : ContractTest(target)
{
    [Theory]
    [InlineData("activity")]
    [InlineData("audit")]
    public async Task A_list_is_cut_into_pages_newest_first(string items)
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        for (var i = 0; i < 5; i++) await agent.HoldAsync($"project:p{i}");
        await agent.ActivityAsync(5);
        await workspace.AuditAsync("claim.granted", 5);
        var path = $"/v1/{items}?type={(items == "audit" ? "claim.granted" : "run.start")}";
        async Task<Answer> PageAsync(string query) => (await workspace.Owner.GetAsync(path + query)).Expect(200);

        var all = await PageAsync("");
        Assert.Equal([items, "pagination"], all.Json.Members());
        Assert.Equal(["limit", "offset", "total", "has_more"], all["pagination"].Members());
        Assert.Equal((100L, 5L), (all["pagination.limit"].Number(), all["pagination.total"].Number()));
        var times = all[items].EnumerateArray().Select(i => i.At("at").Text()).ToArray();
        Assert.Equal(times.OrderByDescending(t => t, StringComparer.Ordinal), times);
        Assert.Equal(5, Ids(all[items]).Distinct().Count());
        var (first, last, beyond) =
            (await PageAsync("&limit=2"), await PageAsync("&limit=2&offset=4"), await PageAsync("&offset=1000"));
        Assert.Equal(Ids(all[items])[..2], Ids(first[items]));
        Assert.Equal(Ids(all[items])[^1..], Ids(last[items]));
        Assert.Empty(Ids(beyond[items]));
        Assert.Equal(
            (true, false, false),
            (first["pagination.has_more"].Flag(), last["pagination.has_more"].Flag(),
                beyond["pagination.has_more"].Flag()));
    }

    [Theory]
    [InlineData("activity")]
    [InlineData("audit")]
    public async Task Limits_and_offsets_are_bounded_as_everywhere(string items)
    {
        var path = $"/v1/{items}";
        Assert.Equal(200, (await Shared.Owner.GetAsync($"{path}?limit=201")).Expect(200)["pagination.limit"].Number());
        foreach (var limit in (string[])["0", "-1", "ten", "1.5", ""])
            (await Shared.Owner.GetAsync($"{path}?limit={limit}")).ExpectWrong("limit");
        foreach (var offset in (string[])["-1", "ten", ""])
            (await Shared.Owner.GetAsync($"{path}?offset={offset}")).ExpectWrong("offset");
        foreach (var offset in (string[])["2147483648", "99999999999999999999"])
            Assert.Empty(Ids((await Shared.Owner.GetAsync($"{path}?offset={offset}")).Expect(200)[items]));
    }

    private static string[] Ids(JsonElement items) => [.. items.EnumerateArray().Select(i => i.At("id").Text())];
}
