using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using Availsync.Documents;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Outside;

/// <summary>What those outside hear on the broker: the stream's own events, all of them, whatever dies.</summary>
[Collection(StackCollection.Name)]
public sealed class TopicTests(StackTarget target) : TargetTests(target)
{
    private const int Events = 10_000;

    private static readonly AsyncApiDocument Document = AsyncApiDocument.Of(
        File.ReadAllText(Path.Combine(Checkout.Root, "docs", "asyncapi.yaml")));

    [Fact]
    public async Task Ten_thousand_events_come_at_least_once_and_in_order_though_the_arbiter_and_the_broker_are_killed()
    {
        await using var witness = await TopicWitness.BindAsync(await target.OutsiderAsync("witness"));
        var load = await BackgroundLoad.BeginAsync(target.Work, 1000);
        await target.KillAsync();
        await target.RestartAsync();
        await load.AnsweredAsync(1000);
        await target.RestartServerAsync("rabbitmq");
        await load.AnsweredAsync(1000);
        // In the middle of what the relay is just publishing.
        await target.KillAsync();
        await target.RestartAsync();
        while ((await target.Store.SequencesAsync(load.Prefix)).Values.Sum() < Events) await load.AnsweredAsync(500);
        await load.EndAsync();
        await Target.UntilAsync(
            "relayed", TimeSpan.FromSeconds(30), async () => await target.Store.UnpublishedAsync() == 0);

        var sequences = await target.Store.SequencesAsync(load.Prefix);
        var heard = (await witness.HeardAsync()).Where(m => sequences.ContainsKey(m.What.Root)).ToList();
        var first = heard.DistinctBy(m => m.What.EventId).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{first.Count} events of {sequences.Count} roots, {heard.Count - first.Count} of them came again"));
        var roots = first.GroupBy(m => m.What.Root)
            .ToDictionary(g => g.Key, g => g.Select(m => m.What.Sequence).ToList());
        Assert.Equal(sequences.Keys.Order(), roots.Keys.Order());
        foreach (var (root, came) in roots)
        {
            // A lease may have run out since the sequences were read: more may come, but never with a hole.
            Assert.Equal(Enumerable.Range(1, came.Count).Select(n => (long)n), came);
            Assert.True(came.Count >= sequences[root], $"Of {root} {came.Count} of {sequences[root]} events came.");
        }

        foreach (var message in first.DistinctBy(m => m.Type).Concat(first.Where((_, n) => n % 100 == 0)))
            IsAsDocumented(message);
    }

    [Fact]
    public async Task An_event_is_to_the_byte_what_the_stream_sends_with_its_marks_around_it()
    {
        await using var witness = await TopicWitness.BindAsync(await target.OutsiderAsync("witness"));
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/work/events");
        var line = target.At(target.Doors[0], "Authorization", "Bearer " + own.Key);
        using var answer = await line.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Target.Stopped);
        await using var body = await answer.Content.ReadAsStreamAsync(Target.Stopped);

        var resource = NewRoot("topic");
        var claim = Granted.Of((await own.Agent.StartAsync(resource, 60)).Expect(200).Json.GetProperty("claim"));
        (await own.Agent.StartAsync(resource, 60)).Expect(200);
        (await own.Agent.TryExtendAsync(claim.Id, 300))!.Expect(200);
        (await own.Agent.AskAsync("POST", "/v1/work/run/working-set", new
        {
            claim_id = claim.Id, mode = "edit", paths = new[] { "src/Grüße/" },
        })).Expect(200);
        (await own.Agent.TryFinishAsync(claim.Id))!.Expect(200);
        var from = Clock.GetUtcNow().AddHours(1);
        (await own.Agent.AskAsync("POST", "/v1/holds", new
        {
            resource = "calendar:topic", starts_at = from, ends_at = from.AddMinutes(30),
        })).Expect(201);

        string[] types =
        [
            "claim.granted", "run.skipped", "claim.extended", "working_set.changed", "claim.released", "hold.confirmed",
        ];
        var streamed = new List<SseItem<string>>();
        await foreach (var item in SseParser.Create(body).EnumerateAsync(Target.Stopped))
        {
            if (!string.IsNullOrEmpty(item.Data)) streamed.Add(item);
            if (streamed.Count == types.Length) break;
        }

        // An event is in the stream only after the broker has taken it.
        var heard = await witness.HeardAsync(own.Id);
        Assert.Equal(types, heard.Select(m => m.Key));
        Assert.Equal(streamed.Select(s => s.Data), heard.Select(m => Encoding.UTF8.GetString(m.Body)));
        Assert.All(heard, IsAsDocumented);
    }

    [Fact]
    public async Task Who_binds_by_a_pattern_hears_only_what_fits_it()
    {
        var outsider = await target.OutsiderAsync("witness");
        await using var everything = await TopicWitness.BindAsync(outsider);
        await using var holds = await TopicWitness.BindAsync(outsider, "hold.*");
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        (await own.Agent.StartAsync(NewRoot("topic"), 60)).Expect(200);
        var from = Clock.GetUtcNow().AddHours(1);
        (await own.Agent.AskAsync("POST", "/v1/holds", new
        {
            resource = "calendar:topic", starts_at = from, ends_at = from.AddMinutes(30),
        })).Expect(201);

        var all = new List<TopicMessage>();
        await Target.UntilAsync("heard", TimeSpan.FromSeconds(10), async () =>
        {
            all.AddRange(await everything.HeardAsync(own.Id));
            return all.Any(m => m.Key == "hold.confirmed") && all.Any(m => m.Key == "claim.granted");
        });
        Assert.Equal(["hold.confirmed"], (await holds.HeardAsync(own.Id)).Select(m => m.Key));
    }

    private static void IsAsDocumented(TopicMessage message)
    {
        var name = Document.MessagesOf("events")[message.Key].Single();
        Assert.Empty(Document.FaultsOf(name, "payload", message.Json));
        var marks = message.Marks;
        Assert.Equal(message.Type, message.Key);
        Assert.Equal(message.Type, marks.Type);
        Assert.Equal("application/json", marks.ContentType);
        Assert.True(marks.Persistent);
        Assert.Equal(message.What.EventId.ToString(), marks.MessageId);
        Assert.Equal(message.What.At.ToUnixTimeSeconds(), marks.Timestamp.UnixTime);
        var headers = marks.Headers!.ToDictionary(
            h => h.Key, h => h.Value is byte[] text ? Encoding.UTF8.GetString(text) : h.Value);
        Assert.Empty(Document.FaultsOf(name, "headers", JsonSerializer.SerializeToElement(headers)));
        // A quorum queue counts deliveries in a header of its own.
        foreach (var (header, value) in headers.Where(h => !h.Key.StartsWith("x-", StringComparison.Ordinal)))
        {
            Assert.Equal(
                message.Json.GetProperty(header).ToString(), Convert.ToString(value, CultureInfo.InvariantCulture));
        }

        if (message.Json.GetProperty("request_id").ValueKind == JsonValueKind.Null)
            Assert.DoesNotContain("request_id", headers.Keys);
    }
}
