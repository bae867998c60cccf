using System.Text;
using Availsync.Bus.Outside;
using Availsync.Edge.BusRequests;

namespace Availsync.Edge.Tests.BusRequests;

/// <summary>A message is the same call as its counterpart over HTTP, and nothing else.</summary>
public sealed class RequestMessageTests
{
    [Fact]
    public void What_http_has_in_the_body_stays_as_it_was_sent_and_the_rest_goes_where_http_has_it()
    {
        var call = Read("""
            { "type": "run.start", "api_key": "avs_live_x", "resource": "repo:a/b", "priority": 1.50,
              "idempotency_key": "k", "metadata": {"b": 1, "a": "ä"} }
            """).Call;
        Assert.Equal(("POST", "/v1/work/run/start", ""), (call.Method, call.Path, call.Query));
        Assert.Equal("""{"resource":"repo:a/b","priority":1.50,"metadata":{"b":1,"a":"ä"}}""", Text(call));
        Assert.Equal("Bearer avs_live_x", call.Headers.Authorization);
        Assert.Equal("k", call.Headers["Idempotency-Key"]);
        Assert.Equal("application/json", call.Headers.ContentType);
    }

    [Theory]
    [InlineData("""{"type":"claim.release","claim_id":"0196-a","fencing_token":7}""", "DELETE", "/v1/work/claims/0196-a", "?fencing_token=7")]
    [InlineData("""{"type":"claim.get","claim_id":"0196-a"}""", "GET", "/v1/work/claims/0196-a", "")]
    [InlineData("""{"type":"hold.confirm","hold_id":"0196-a"}""", "POST", "/v1/holds/0196-a/confirm", "")]
    [InlineData("""{"type":"claim.get","claim_id":"x/../../audit"}""", "GET", "/v1/work/claims/-", "")]
    [InlineData("""{"type":"claim.get","claim_id":"a?limit=1"}""", "GET", "/v1/work/claims/-", "")]
    [InlineData("""{"type":"claim.release","claim_id":"a","fencing_token":"1&x=2"}""", "DELETE", "/v1/work/claims/a", "?fencing_token=1%26x%3D2")]
    [InlineData("{}", "POST", "/v1/work/run/start", "")]
    public void An_id_leads_to_its_route_and_to_no_other(string body, string method, string path, string query)
    {
        var call = Read(body).Call;
        Assert.Equal((method, path, query), (call.Method, call.Path, call.Query));
        Assert.Equal(method == "POST", call.Body is not null);
    }

    [Fact]
    public void A_message_id_stands_for_a_key_where_something_is_decided()
    {
        var first = KeyOf("run.start", "m1");
        Assert.Equal(first, KeyOf("run.start", "m1"));
        Assert.NotEqual(first, KeyOf("run.start", "m2"));
        Assert.NotEqual(first, KeyOf("run.finish", "m1"));
        Assert.True(Availsync.Contracts.IdempotencyKey.TryParse(first, out _));
        Assert.Null(KeyOf("work.check", "m1"));
        Assert.Null(KeyOf("run.start", messageId: null));

        static string? KeyOf(string type, string? messageId)
        {
            var message = Message($$"""{"type":"{{type}}","claim_id":"x"}""") with { MessageId = messageId };
            return RequestMessage.Read(message).Message!.Call.Headers["Idempotency-Key"];
        }
    }

    [Theory]
    [InlineData(null, null, null)]
    [InlineData("application/json; charset=utf-8", "utf-8", null)]
    [InlineData("application/vnd.masstransit+json", null, "unsupported_media_type")]
    [InlineData("text/plain", null, "unsupported_media_type")]
    [InlineData("application/json", "gzip", "unsupported_media_type")]
    public void What_says_that_it_is_something_else_is_not_read(string? type, string? encoding, string? error)
    {
        var message = Message("{}") with { ContentType = type, ContentEncoding = encoding };
        Assert.Equal(error, RequestMessage.Read(message).Error?.Code);
    }

    [Fact]
    public void Only_a_start_that_names_a_time_waits()
    {
        Assert.True(Read("""{"wait_seconds":5}""").Waits);
        Assert.False(Read("""{"wait_seconds":0}""").Waits);
        Assert.False(Read("""{"wait_seconds":"5"}""").Waits);
        Assert.False(Read("""{"type":"work.check","wait_seconds":5}""").Waits);
    }

    [Theory]
    [InlineData("replies", true)]
    [InlineData("outside.ci.replies", true)]
    [InlineData("amq.gen-JzTY20BRgKO-HjmUJj0wLg", true)]
    [InlineData("amq.rabbitmq.reply-to.g1h3DnJlcGx5QDEyMzQ1Njc4AAAAAAAAAsVqCJG5.CGGcHw6Ixv4GTw3A2w8Nzw==", true)]
    [InlineData("amq.rabbitmq.reply-to", false)]
    [InlineData("amq.rabbitmq.reply-to.", false)]
    [InlineData("amq.rabbitmq.reply-to.g1h3DnJl.", false)]
    [InlineData("amq.rabbitmq.reply-to.AAAA.AAAA", false)]
    [InlineData("amq.rabbitmq.reply-to.!!!.???", false)]
    [InlineData("amq.rabbitmq.reply-to.g2gDYQFhAmED.AAAA", false)]
    [InlineData("a\uFFFDb", false)]
    [InlineData("", false)]
    [InlineData("amq.gen-", false)]
    [InlineData("amq.direct", false)]
    [InlineData("amq.rabbitmq.trace", false)]
    [InlineData("availsync.requests", false)]
    [InlineData("Availsync.Contracts:ClaimEvents", false)]
    [InlineData("arbiter.p00", false)]
    [InlineData("ARBITER.P00", false)]
    [InlineData("accounting.directory", false)]
    [InlineData("a\nb", false)]
    public void Replies_go_to_queues_of_clients_alone(string queue, bool allowed) =>
        Assert.Equal(allowed, ReplyAddress.IsAllowed(queue));

    [Fact]
    public void A_name_is_as_long_as_the_protocol_lets_it_be()
    {
        Assert.True(ReplyAddress.IsAllowed(new string('q', 255)));
        Assert.False(ReplyAddress.IsAllowed(new string('q', 256)));
        Assert.False(ReplyAddress.IsAllowed(new string('ä', 128)));
    }

    private static OutsideMessage Message(string body) => new(Encoding.UTF8.GetBytes(body));

    private static RequestMessage Read(string body) => RequestMessage.Read(Message(body)).Message!;

    private static string Text(PipelineCall call) => Encoding.UTF8.GetString(call.Body!.Value.Span);
}
