namespace Availsync.Contract.Tests;

/// <summary>Lists: their form, their order and their bounds, for every list there is.</summary>
public abstract class PaginationContract(Target target) : ContractTest(target)
{
    public static TheoryData<string> Lists => ["claims", "resources", "agents", "keys", "members"];

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_list_is_cut_into_pages_newest_first(string items)
    {
        var (client, path) = await FilledAsync(items, 5);
        var all = (await client.GetAsync(path)).Expect(200);
        var total = all["pagination.total"].Number();
        Assert.Equal([items, "pagination"], all.Json.Members());
        Assert.Equal(["limit", "offset", "total", "has_more"], all["pagination"].Members());
        Assert.Equal(100, all["pagination.limit"].Number());
        Assert.Equal(0, all["pagination.offset"].Number());
        Assert.False(all["pagination.has_more"].Flag());
        Assert.Equal(5, total);
        var times = all[items].EnumerateArray().Select(i => Newness(items, i)).ToArray();
        Assert.Equal(times.OrderByDescending(t => t, StringComparer.Ordinal), times);

        var first = (await client.GetAsync($"{path}?limit=2")).Expect(200);
        var last = (await client.GetAsync($"{path}?limit=2&offset={total - 1}")).Expect(200);
        var beyond = (await client.GetAsync($"{path}?limit=2&offset=1000")).Expect(200);
        Assert.Equal(Texts(all[items])[..2], Texts(first[items]));
        Assert.Equal(Texts(all[items])[^1..], Texts(last[items]));
        Assert.Empty(Texts(beyond[items]));
        Assert.Equal([true, false, false], new[] { first, last, beyond }.Select(a => a["pagination.has_more"].Flag()));
        Assert.All(new[] { first, last, beyond }, a => Assert.Equal(total, a["pagination.total"].Number()));
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_limit_over_200_is_taken_as_200(string items)
    {
        var (client, path) = await FilledAsync(items, 1);
        Assert.Equal(200, (await client.GetAsync($"{path}?limit=200")).Expect(200)["pagination.limit"].Number());
        Assert.Equal(200, (await client.GetAsync($"{path}?limit=201")).Expect(200)["pagination.limit"].Number());
        Assert.Equal(200, (await client.GetAsync($"{path}?limit=99999999999999999999"))
            .Expect(200)["pagination.limit"].Number());
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task A_limit_below_1_an_offset_below_0_and_what_is_no_number_are_400(string items)
    {
        var (client, path) = await FilledAsync(items, 1);
        foreach (var limit in (string[])["0", "-1", "ten", "1.5", "", "0x10", "1e2"])
            (await client.GetAsync($"{path}?limit={limit}")).ExpectWrong("limit");
        foreach (var offset in (string[])["-1", "ten", "1.5", ""])
            (await client.GetAsync($"{path}?offset={offset}")).ExpectWrong("offset");
        (await client.GetAsync($"{path}?limit=0&offset=-1")).ExpectWrong("limit", "offset");
    }

    [Theory]
    [MemberData(nameof(Lists))]
    public async Task An_offset_may_be_as_large_as_it_likes(string items)
    {
        var (client, path) = await FilledAsync(items, 1);
        foreach (var offset in (string[])["1", "2147483648", "99999999999999999999"])
        {
            var page = (await client.GetAsync($"{path}?offset={offset}")).Expect(200);
            Assert.Empty(Texts(page[items]));
            Assert.False(page["pagination.has_more"].Flag());
        }
    }

    private static string[] Texts(JsonElement items) => [.. items.EnumerateArray().Select(i => i.GetRawText())];

    private static string Newness(string items, JsonElement item) => items switch
    {
        "claims" => item.At("started_at").Text(),
        "resources" => item.At("last_claimed_at").Text(),
        "members" => item.At("user_id").Text(),
        _ => item.At("created_at").Text(),
    };

    /// <summary>A list of its own with so many items.</summary>
    private async Task<(Client Client, string Path)> FilledAsync(string items, int count)
    {
        var workspace = await NewWorkspaceAsync();
        var agent = await workspace.NewAgentAsync();
        for (var i = 1; i < count && items == "agents"; i++) await workspace.NewAgentAsync();
        for (var i = 1; i < count && items == "members"; i++) await workspace.NewMemberAsync("viewer");
        for (var i = 1; i < count && items == "keys"; i++)
            (await workspace.Owner.PostAsync($"{agent.Path}/keys")).Expect(201);
        for (var i = 0; i < count && items is ("claims" or "resources"); i++) await agent.HoldAsync($"project:p{i}");
        return items switch
        {
            "claims" or "resources" => (agent.Client, $"/v1/work/{items}"),
            "keys" => (workspace.Owner, $"{agent.Path}/keys"),
            _ => (workspace.Owner, $"{workspace.Path}/{items}"),
        };
    }
}
