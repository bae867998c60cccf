using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Outside;

/// <summary>Requests over the bus: each is answered as HTTP would, or set aside, and none holds up the others.</summary>
[Collection(StackCollection.Name)]
public sealed partial class RequestTests(StackTarget target) : TargetTests(target)
{
    private const int Many = 10_000;
    private const int InFlight = 400;

    /// <summary>As the broker names somebody who waits for direct replies, but nobody does.</summary>
    private const string Dead = "amq.rabbitmq.reply-to.g1h3DnJlcGx5QDEyMzQ1Njc4AAAAAAAAAsVqCJG5.CGGcHw6Ixv4GTw3A2w8Nzw==";

    [Fact]
    public async Task Of_ten_thousand_messages_each_is_answered_or_set_aside_and_none_blocks_the_others()
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        await client.TakeErrorsAsync();
        var root = NewRoot("bus");
        var strange = Strange(own.Key, $"{root}-strange");
        var expected = new Dictionary<string, string>();
        using var room = new SemaphoreSlim(InFlight);
        var asked = new List<Task>();
        for (var n = 0; n < Many; n++)
        {
            await room.WaitAsync(Target.Stopped);
            if (n % 10 == 9)
            {
                var one = strange[n / 10 % strange.Count];
                asked.Add(StrangeAsync(one, $"strange-{n}"));
            }
            else
            {
                asked.Add(OrdinaryAsync(n));
            }
        }

        await Task.WhenAll(asked);
        var setAside = new Dictionary<string, string>();
        await Target.UntilAsync("set aside", TimeSpan.FromSeconds(30), async () =>
        {
            // A broker may end the connection over a direct address that is nobody's, or say that there is none.
            foreach (var (id, reason) in await client.TakeErrorsAsync())
                setAside[id] = reason == "reply_refused" ? "no_such_reply_queue" : reason;
            return setAside.Count >= expected.Count;
        });
        Assert.Equal(expected.OrderBy(e => e.Key), setAside.OrderBy(e => e.Key));
        Assert.Equal((0u, 1u), await client.QueueAsync());
        Assert.Equal(Many - expected.Count, client.All.Count);

        async Task OrdinaryAsync(int n)
        {
            try
            {
                object request = (n % 3) switch
                {
                    0 => new { api_key = own.Key, resource = $"{root}-{n}", duration_seconds = 600 },
                    1 => new { type = "work.check", api_key = own.Key, resource = $"{root}-check" },
                    _ => new { type = "run.start", api_key = own.Key, resource = $"{root}-one", duration_seconds = 600 },
                };
                var reply = (await client.AskAsync(request)).Expect(200);
                if (n % 3 == 0) Assert.Equal("proceed", reply.Text("action"));
            }
            finally
            {
                room.Release();
            }
        }

        async Task StrangeAsync(Oddity one, string id)
        {
            try
            {
                if (one.Reason is not null) lock (expected) expected[id] = one.Reason;
                var reply = await client.SendAsync(one.Body, p =>
                {
                    p.CorrelationId = id;
                    one.Change?.Invoke(p);
                });
                if (one.Reason is not null) return;
                var answered = await reply.WaitAsync(TimeSpan.FromSeconds(90), Target.Clock, Target.Stopped);
                Assert.True((one.Status, one.Error) == (answered.Status, answered.Text("error")), $"{one.Name}: {answered}");
            }
            finally
            {
                room.Release();
            }
        }
    }

    [Fact]
    public async Task A_decision_does_not_depend_on_the_way_it_was_asked_for()
    {
        var (bus, http) = (await OwnWorkspace.SignUpAsync(target), await OwnWorkspace.SignUpAsync(target));
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        var random = new Random(20261126);
        var (told, answered) = (new Story(), new Story());
        for (var step = 0; step < 300; step++)
        {
            var deed = Deed.Next(random);
            var reply = await client.AskAsync(deed.Message(bus.Key, told.Ids, told.Holds));
            var (method, path, body, key) = deed.Call(answered.Ids, answered.Holds);
            var answer = (await http.Agent.TryAskAsync(method, path, body, key))!;
            var (one, other) = (told.Tell(reply.Status, reply.Json), answered.Tell(answer.Status, answer.Json));
            Assert.True(one == other, $"Step {step}, {deed}:\n{one}\n{other}");
            Assert.Equal(answer.Replayed, reply.Headers.ContainsKey("idempotency_replayed"));
            Assert.Equal(answer.Headers.RetryAfter is not null, reply.Headers.ContainsKey("retry_after"));
            Assert.Equal(deed.Type, reply.Marks.Type);
            told.Learn(reply.Json);
            answered.Learn(answer.Json);
        }

        Assert.InRange(told.Ids.Count, 10, int.MaxValue); // Else there was little to compare.
        Assert.InRange(told.Holds.Count, 3, int.MaxValue);
    }

    [Fact]
    public async Task What_comes_twice_is_decided_once_and_through_the_death_of_an_edge_nothing_is_lost()
    {
        const int count = 400;
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        var root = NewRoot("twice");
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        var first = await client.AskAsync(Start(0), messageId: $"{root}-0");
        var second = await client.AskAsync(Start(0), messageId: $"{root}-0");
        Assert.Equal(first.Expect(200).Json.GetRawText(), second.Expect(200).Json.GetRawText());
        Assert.Equal("true", second.Headers["idempotency_replayed"]);

        var replies = new List<Task<Replied>>();
        var killed = Task.CompletedTask;
        for (var n = 1; n <= count; n++)
        {
            var id = $"{root}-{n}";
            replies.Add(await client.SendAsync(JsonSerializer.SerializeToUtf8Bytes(Start(n)), p => p.MessageId = id));
            if (n == count / 2) killed = target.StackAsync("kill", "edge");
        }

        await killed;
        await target.StackAsync("start", "edge");
        var claims = await Task.WhenAll(replies).WaitAsync(TimeSpan.FromMinutes(1), Target.Clock, Target.Stopped);
        Assert.All(claims, c => Assert.Equal("proceed", c.Expect(200).Text("action")));
        Assert.All(
            client.All.GroupBy(r => r.CorrelationId),
            same => Assert.Single(same.Select(r => r.Json.GetProperty("claim").GetProperty("id").GetGuid()).Distinct()));
        Assert.Equal(count + 1, await own.ActiveClaimsAsync());

        object Start(int n) => new { api_key = own.Key, resource = $"{root}-{n}", duration_seconds = 600 };
    }

    [Fact]
    public async Task Who_waits_for_a_turn_holds_nobody_up_and_gets_it()
    {
        const int waiters = 300; // More than are worked on at a time.
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        var resource = NewRoot("turn");
        var held = (await client.AskAsync(new { api_key = own.Key, resource, duration_seconds = 600 })).Expect(200);
        var waiting = Enumerable.Range(0, waiters).Select(n => client.AskAsync(new
        {
            type = "run.start", api_key = own.Key, resource, duration_seconds = 600, wait_seconds = n == 0 ? 55 : 20,
            priority = n == 0 ? 200 : 100,
        })).ToList();

        var began = Clock.GetTimestamp();
        (await client.AskAsync(new { type = "work.check", api_key = own.Key, resource })).Expect(200);
        Assert.InRange(Clock.GetElapsedTime(began), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        var claim = held.Json.GetProperty("claim").GetProperty("id").GetGuid();
        await Target.UntilAsync("first in the queue", TimeSpan.FromSeconds(15), async () =>
        {
            var asked = await client.AskAsync(new { api_key = own.Key, resource, wait_seconds = 1, priority = 0 });
            return asked.Json.TryGetProperty("queue", out var queue) && queue.GetProperty("position").GetInt32() > waiters;
        });
        (await client.AskAsync(new { type = "run.finish", api_key = own.Key, claim_id = claim })).Expect(200);

        var granted = await waiting[0];
        Assert.Equal("proceed", granted.Expect(200).Text("action"));
        foreach (var skipped in await Task.WhenAll(waiting.Skip(1)))
            Assert.Equal("skip_run", skipped.Expect(200).Text("action"));
    }

    [Fact]
    public async Task A_message_that_cannot_even_be_delivered_takes_no_other_along()
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        await client.PurgedErrorsAsync();
        var root = NewRoot("header");
        var replies = new List<Task<Replied>>();
        for (var n = 0; n < 40; n++)
        {
            var id = $"{root}-{n}";
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new { api_key = own.Key, resource = id, duration_seconds = 600 });
            replies.Add(await client.SendAsync(body, p => p.MessageId = id));
            if (n == 20) await SendUnreadableAsync();
        }

        foreach (var reply in await Task.WhenAll(replies).WaitAsync(TimeSpan.FromMinutes(1), Target.Clock, Target.Stopped))
            Assert.Equal("proceed", reply.Expect(200).Text("action"));
        Assert.Equal(40, await own.ActiveClaimsAsync());

        // The broker has set it aside; nobody who reads the queue with the same client could take it.
        await Target.UntilAsync("set aside", TimeSpan.FromSeconds(30), client.PurgedErrorsAsync);
    }

    /// <summary>With a decimal number in a header that has more digits behind the point than .NET has.</summary>
    private async Task SendUnreadableAsync()
    {
        const string script = """
            import decimal, os, pika
            connection = pika.BlockingConnection(pika.URLParameters(os.environ["BROKER"]))
            properties = pika.BasicProperties(headers={"d": decimal.Decimal("1E-40")}, delivery_mode=2)
            connection.channel().basic_publish("availsync.requests", "", b"{}", properties)
            connection.close()
            """;
        using var sent = ServerProcess.Start(
            Checkout.Root, new Dictionary<string, string> { ["BROKER"] = target.Broker.AbsoluteUri }, "/usr/bin/python3",
            "-c", script);
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(30), Target.Clock);
        Assert.True(await sent.ExitAsync(over.Token) == 0, sent.Output);
    }

    [Fact]
    public async Task A_grant_that_reaches_nobody_is_given_back()
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        await client.TakeErrorsAsync();
        var resource = NewRoot("nobody");
        await client.SendAsync(
            JsonSerializer.SerializeToUtf8Bytes(new { api_key = own.Key, resource, duration_seconds = 600 }),
            p => (p.ReplyTo, p.CorrelationId) = ("amq.gen-nobody-has-this", "gone"));
        var setAside = new Dictionary<string, string>();
        await Target.UntilAsync("set aside", TimeSpan.FromSeconds(15), async () =>
        {
            setAside = await client.TakeErrorsAsync();
            return setAside.Count > 0;
        });

        Assert.Equal("no_such_reply_queue", setAside["gone"]);
        Assert.Equal("proceed", (await own.Agent.StartAsync(resource, 5)).Action);
        var claims = (await own.Owner.AskAsync("GET", "/v1/work/claims?limit=10&offset=0")).Expect(200);
        Assert.Equal(2, claims.Json.GetProperty("claims").GetArrayLength());
    }

    [Fact]
    public async Task An_edge_that_is_asked_to_stop_answers_what_it_has_taken_and_leaves_the_rest_to_the_next()
    {
        const int count = 400;
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        var root = NewRoot("stop");
        await using var client = await RequestClient.ConnectAsync(target.Broker);
        var replies = new List<Task<Replied>>();
        Task<string>? stopped = null;
        for (var n = 0; n < count; n++)
        {
            var id = $"{root}-{n}";
            var body = JsonSerializer.SerializeToUtf8Bytes(
                new { api_key = own.Key, resource = id, duration_seconds = 600 });
            replies.Add(await client.SendAsync(body, p => p.MessageId = id));
            if (n == count / 2) stopped = target.StackAsync("stop", "edge");
        }

        Assert.DoesNotContain("killing it", await stopped!, StringComparison.Ordinal);
        await target.StackAsync("start", "edge");
        foreach (var reply in await Task.WhenAll(replies).WaitAsync(TimeSpan.FromMinutes(1), Target.Clock, Target.Stopped))
            Assert.Equal("proceed", reply.Expect(200).Text("action"));
        Assert.Equal(count, client.All.Count); // Nothing was answered twice, so nothing was worked on twice.
        Assert.Equal(count, await own.ActiveClaimsAsync());
    }

    /// <summary>Messages that a door has to bear.</summary>
    private static List<Oddity> Strange(string key, string resource)
    {
        var start = JsonSerializer.Serialize(new { api_key = key, resource, duration_seconds = 5 });
        var nested = string.Concat(Enumerable.Repeat("[", 5000)) + string.Concat(Enumerable.Repeat("]", 5000));
        var wrongKey = key[..^4] + (key.EndsWith("AAAA", StringComparison.Ordinal) ? "BBBB" : "AAAA");
        var list = new List<Oddity>
        {
            Answered("no JSON", "not json", 400, "invalid_json"),
            Answered("nothing", "", 400, "invalid_json"),
            Answered("no object", "[1,2]", 400, "invalid_json"),
            Answered("nested", $$"""{"api_key":"{{key}}","metadata":{{nested}}}""", 400, "invalid_json"),
            Answered("nested 60 deep", $$"""{"api_key":"{{key}}","metadata":{{nested[4940..5060]}}}""", 400, "validation_failed"),
            Answered("huge", $$"""{"api_key":"{{key}}","reason":"{{new string('x', 300 * 1024)}}"}""", 413, "payload_too_large"),
            Answered("no key", """{"resource":"repo:a/b"}""", 401, "unauthorized"),
            Answered("wrong key", start.Replace(key, wrongKey, StringComparison.Ordinal), 401, "unauthorized"),
            Answered("a number for a key", """{"api_key":5,"resource":"repo:a/b"}""", 401, "unauthorized"),
            Answered("a header in the key", """{"api_key":"a\r\nX-Evil: 1","resource":"repo:a/b"}""", 401, "unauthorized"),
            Answered("unknown type", $$"""{"type":"run.everything","api_key":"{{key}}"}""", 400, "validation_failed"),
            Answered("a type that is no text", $$"""{"type":{},"api_key":"{{key}}"}""", 400, "validation_failed"),
            Answered("no resource", $$"""{"api_key":"{{key}}"}""", 400, "validation_failed"),
            Answered("no claim", $$"""{"type":"claim.get","api_key":"{{key}}"}""", 400, "validation_failed"),
            Answered("a path for a claim", $$"""{"type":"claim.get","api_key":"{{key}}","claim_id":"../../v1/audit"}""", 404, "not_found"),
            Answered("a key that is none", $$"""{"api_key":"{{key}}","resource":"repo:a/b","idempotency_key":7}""", 400, "validation_failed"),
            Answered("lone surrogate", $$"""{"api_key":"{{key}}","resource":"\ud800"}""", 400, "invalid_json"),
            new("bytes", new byte[] { 0xFF, 0xFE, 0x00, 0x80 }, 400, "invalid_json"),
            Answered("an envelope", """{"messageType":["urn:message:X"],"responseAddress":"rabbitmq://localhost/amq.gen-x","message":{}}""", 415, "unsupported_media_type")
                with { Change = p => p.ContentType = "application/vnd.masstransit+json" },
            Answered("compressed", start, 415, "unsupported_media_type") with { Change = p => p.ContentEncoding = "gzip" },
            Answered("headers of the bus", "{}", 401, "unauthorized") with
            {
                Change = p => p.Headers = new Dictionary<string, object?>
                {
                    ["MT-Response-Address"] = "rabbitmq://localhost/amq.gen-x", ["MT-Fault-Address"] = "queue:arbiter.p00",
                    ["RequestId"] = "x", ["nested"] = new Dictionary<string, object?> { ["a"] = new List<object?> { 1, "b" } },
                },
            },
        };
        foreach (var address in new[]
        {
            "arbiter.p00", "ARBITER.p01", "accounting.directory", "availsync.requests", "availsync.requests_error",
            "availsync.events", "amq.topic", "amq.rabbitmq.trace", "amq.gen-",
            "amq.rabbitmq.reply-to.", "amq.rabbitmq.reply-to.AAAA.AAAA", "amq.rabbitmq.reply-to.g2gDYQFhAmED.AAAA",
        })
        {
            list.Add(new Oddity(address, Encoding.UTF8.GetBytes(start), 0, null)
            {
                Change = p => p.ReplyTo = address, Reason = "reply_address_refused",
            });
        }

        foreach (var address in new[] { "amq.gen-JzTY20BRgKO-HjmUJj0wLg", "no.such.queue", new string('q', 255), "queue:x", "Ключ", Dead })
        {
            list.Add(new Oddity(address, Encoding.UTF8.GetBytes("{}"), 0, null)
            {
                Change = p => p.ReplyTo = address, Reason = "no_such_reply_queue",
            });
        }

        list.Add(new Oddity("nowhere to answer to", Encoding.UTF8.GetBytes("{}"), 0, null)
        {
            Change = p => p.ReplyTo = null, Reason = "no_reply_address",
        });
        return list;
    }

    private static Oddity Answered(string name, string body, int status, string error) =>
        new(name, Encoding.UTF8.GetBytes(body), status, error);

    /// <summary>A message that is not as it should be, and what becomes of it.</summary>
    private sealed record Oddity(string Name, byte[] Body, int Status, string? Error)
    {
        public Action<RabbitMQ.Client.BasicProperties>? Change { get; init; }

        /// <summary>Why it is set aside; null where it is answered.</summary>
        public string? Reason { get; init; }
    }

    /// <summary>One call, by either way.</summary>
    private sealed record Deed(string Type, string Resource, int Pick, string? Key)
    {
        private static readonly string[] Types =
        [
            "run.start", "run.start", "run.start", "run.finish", "run.extend", "run.working_set", "work.check",
            "claim.release", "claim.get", "hold.place", "hold.confirm", "hold.release", "hold.get", "availability.check",
        ];

        private static string Day { get; } =
            Target.Clock.GetUtcNow().AddDays(30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

        public static Deed Next(Random random) => new(
            Types[random.Next(Types.Length)], $"repo:same/r{random.Next(6)}", random.Next(1000),
            random.Next(4) == 0 ? $"key-{random.Next(6)}" : null);

        public JsonObject Message(string apiKey, IReadOnlyList<string> claims, IReadOnlyList<string> holds)
        {
            var message = Body(claims, holds);
            message["type"] = Type;
            message["api_key"] = apiKey;
            if (IsKeyed) message["idempotency_key"] = Key;
            if (Type is "claim.release" or "claim.get") message["claim_id"] = Of(claims);
            if (Type is "hold.confirm" or "hold.release" or "hold.get") message["hold_id"] = Of(holds);
            return message;
        }

        public (string Method, string Path, object? Body, string? Key) Call(
            IReadOnlyList<string> claims, IReadOnlyList<string> holds)
        {
            var (method, path) = Type switch
            {
                "run.start" => ("POST", "/v1/work/run/start"),
                "run.finish" => ("POST", "/v1/work/run/finish"),
                "run.extend" => ("POST", "/v1/work/run/extend"),
                "run.working_set" => ("POST", "/v1/work/run/working-set"),
                "work.check" => ("POST", "/v1/work/check"),
                "claim.release" => ("DELETE", $"/v1/work/claims/{Of(claims)}"),
                "claim.get" => ("GET", $"/v1/work/claims/{Of(claims)}"),
                "hold.place" => ("POST", "/v1/holds"),
                "hold.confirm" => ("POST", $"/v1/holds/{Of(holds)}/confirm"),
                "hold.release" => ("DELETE", $"/v1/holds/{Of(holds)}"),
                "hold.get" => ("GET", $"/v1/holds/{Of(holds)}"),
                _ => ("POST", "/v1/availability/check"),
            };
            return (method, path, method == "POST" ? Body(claims, holds) : null, IsKeyed ? Key : null);
        }

        private bool IsKeyed => Key is not null && Type is "run.start" or "run.finish" or "hold.place";

        private JsonObject Body(IReadOnlyList<string> claims, IReadOnlyList<string> holds) => Type switch
        {
            "run.start" or "work.check" => new JsonObject
            {
                ["resource"] = Resource, ["duration_seconds"] = Pick % 5 == 0 ? 1 : 600, ["reason"] = "träge \"so\"",
            },
            "run.finish" => new JsonObject { ["claim_id"] = Of(claims), ["outcome"] = Pick % 7 == 0 ? "odd" : "succeeded" },
            "run.extend" => new JsonObject { ["claim_id"] = Of(claims), ["duration_minutes"] = 20 },
            "run.working_set" => new JsonObject
            {
                ["claim_id"] = Of(claims), ["mode"] = "edit", ["paths"] = new JsonArray($"src/{Pick % 3}/**", "./a//b"),
            },
            "hold.place" or "availability.check" => new JsonObject
            {
                ["resource"] = $"room:{Pick % 3}",
                ["starts_at"] = $"{Day}T{Pick % 20:D2}:00:00Z", ["ends_at"] = $"{Day}T{(Pick % 20) + 2:D2}:00:00Z",
            },
            _ => [],
        };

        private string Of(IReadOnlyList<string> ids) =>
            ids.Count == 0 ? "00000000-0000-7000-8000-000000000000" : ids[^(1 + (Pick % Math.Min(3, ids.Count)))];
    }

    /// <summary>What one side has heard, without what has to differ: ids by their first appearance, and no times.</summary>
    private sealed partial class Story
    {
        private readonly Dictionary<string, string> _names = [];

        public List<string> Ids { get; } = [];

        public List<string> Holds { get; } = [];

        public string Tell(int status, JsonElement json)
        {
            var text = Id().Replace(json.GetRawText(), id =>
            {
                if (!_names.TryGetValue(id.Value, out var name)) _names[id.Value] = name = $"id-{_names.Count}";
                return name;
            });
            return $"{status} {Time().Replace(text, "\"time\"")}";
        }

        public void Learn(JsonElement json)
        {
            Learn(json, "claim", Ids);
            Learn(json, "hold", Holds);
        }

        private static void Learn(JsonElement json, string member, List<string> ids)
        {
            if (!json.TryGetProperty(member, out var one) || one.ValueKind != JsonValueKind.Object) return;
            var id = one.GetProperty("id").GetString()!;
            if (!ids.Contains(id)) ids.Add(id);
        }

        [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
        private static partial Regex Id();

        [GeneratedRegex("\"20[0-9]{2}-[^\"]*Z\"")]
        private static partial Regex Time();
    }
}
