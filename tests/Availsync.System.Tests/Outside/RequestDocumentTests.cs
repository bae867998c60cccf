using System.Text.Json;
using System.Text.Json.Nodes;
using Availsync.Documents;
using Availsync.System.Tests.Targets;
using Availsync.System.Tests.Work;

namespace Availsync.System.Tests.Outside;

/// <summary>Requests and replies of every kind are what docs/asyncapi.yaml says they are.</summary>
[Collection(StackCollection.Name)]
public sealed class RequestDocumentTests(StackTarget target) : TargetTests(target)
{
    private static readonly AsyncApiDocument Document = AsyncApiDocument.Of(
        File.ReadAllText(Path.Combine(Checkout.Root, "docs", "asyncapi.yaml")));

    [Fact]
    public async Task Every_call_is_answered_as_documented()
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await using var client = await RequestClient.ConnectAsync(await target.OutsiderAsync("examples"));
        var called = new HashSet<string>();
        var resource = NewRoot("documented");

        var started = await AskAsync(null, new { resource, duration_seconds = 60, reason = "over the bus" });
        var claim_id = started.GetProperty("claim").GetProperty("id").GetGuid();
        await AskAsync("run.start", new { resource, wait_seconds = 1 });
        await AskAsync("work.check", new { resource });
        await AskAsync("run.working_set", new { claim_id, mode = "edit", paths = new[] { "src/" } });
        await AskAsync("run.extend", new { claim_id, duration_seconds = 120 });
        await AskAsync("claim.get", new { claim_id });
        await AskAsync("run.finish", new { claim_id, outcome = "succeeded" });
        await AskAsync("run.finish", new { claim_id });
        await AskAsync("claim.release", new { claim_id });

        var name = "calendar:" + OwnWorkspace.NewText();
        var from = Clock.GetUtcNow().AddHours(1);
        var window = new { resource = name, starts_at = from, ends_at = from.AddMinutes(30), ttl_seconds = 600 };
        await AskAsync("availability.check", window);
        await AskAsync("hold.preview", window);
        var placed = await AskAsync("hold.place", window, 201);
        var hold_id = placed.GetProperty("hold").GetProperty("id").GetGuid();
        await AskAsync("hold.preview", window);
        await AskAsync("hold.confirm", new { hold_id });
        await AskAsync("hold.get", new { hold_id });
        await AskAsync("hold.release", new { hold_id });

        Assert.Equal(Document.MessagesOf("requests").Select(m => m.Key).Order(), called.Order());

        async Task<JsonElement> AskAsync(string? type, object members, int status = 200)
        {
            var request = Request(own, type, members);
            var reply = await client.AskAsync(request, messageId: OwnWorkspace.NewText());
            var call = type ?? "run.start";
            called.Add(call);
            Assert.Empty(Document.FaultsOf(Document.MessagesOf("requests")[call].Single(), "payload", JsonSerializer.SerializeToElement(request)));
            Assert.Equal((status, call), (reply.Status, reply.Marks.Type));
            IsAsDocumented(Document.MessagesOf("replies")[call].Single(), reply);
            return reply.Json;
        }
    }

    [Fact]
    public async Task What_cannot_be_served_is_answered_as_documented()
    {
        var own = await OwnWorkspace.SignUpAsync(target, "unlimited");
        await using var client = await RequestClient.ConnectAsync(await target.OutsiderAsync("examples"));
        var resource = NewRoot("documented");
        await FailsAsync("run.begin", new { resource }, 400, "validation_failed");
        await FailsAsync("run.start", new { }, 400, "validation_failed");
        await FailsAsync("run.start", new { resource, api_key = "avs_live_none" }, 401, "unauthorized");
        await FailsAsync("claim.get", new { claim_id = Guid.CreateVersion7(Clock.GetUtcNow()) }, 404, "not_found");
        var started = await client.AskAsync(Request(own, "run.start", new { resource, duration_seconds = 60 }));
        var claim_id = started.Json.GetProperty("claim").GetProperty("id").GetGuid();
        await client.AskAsync(Request(own, "run.finish", new { claim_id }));
        await FailsAsync("run.extend", new { claim_id, duration_seconds = 60 }, 409, "claim_not_active");

        async Task FailsAsync(string type, object members, int status, string error)
        {
            var reply = await client.AskAsync(Request(own, type, members));
            Assert.Equal((status, error), (reply.Status, reply.Json.GetProperty("error").GetString()));
            IsAsDocumented("failure", reply);
        }
    }

    private static JsonObject Request(OwnWorkspace own, string? type, object members)
    {
        var request = JsonSerializer.SerializeToNode(members)!.AsObject();
        if (type is not null) request["type"] = type;
        request["api_key"] ??= own.Key;
        return request;
    }

    private static void IsAsDocumented(string message, Replied reply)
    {
        Assert.Empty(Document.FaultsOf(message, "payload", reply.Json));
        Assert.Empty(Document.FaultsOf(message, "headers", JsonSerializer.SerializeToElement(reply.Headers)));
        Assert.Equal("application/json", reply.Marks.ContentType);
        Assert.True(reply.Marks.Persistent);
        Assert.NotNull(reply.Marks.MessageId);
    }
}
