using System.Runtime.Versioning;
using Availsync.System.Tests.Secrets;
using Availsync.System.Tests.Targets;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;

namespace Availsync.System.Tests.Outside;

/// <summary>What an account for those outside may do on the broker, and that it may do nothing else.</summary>
[Collection(StackCollection.Name)]
public sealed class PermissionTests(StackTarget target) : TargetTests(target)
{
    private const string Requests = "availsync.requests";
    private const string Events = "availsync.events";
    private const string Partition = "arbiter.p00";
    private const string Internal = "Availsync.Contracts:ClaimEvents";
    private const string Own = "outside.allowed.own";

    private static Task<Uri>? _allowed;

    private static readonly Dictionary<string, object?> Quorum = new() { ["x-queue-type"] = "quorum" };

    public static TheoryData<string> Allowed => [.. Deeds.Keys];

    public static TheoryData<string> Refused => [.. Misdeeds.Keys];

    private static Dictionary<string, Func<IChannel, Task>> Deeds { get; } = new()
    {
        ["send a request"] = c => PublishAsync(c, Requests, ""),
        ["have a queue of its own"] = c => c.QueueDeclareAsync(Own, true, false, false, Quorum),
        ["hear events in it"] = async c =>
        {
            await c.QueueDeclareAsync(Own, true, false, false, Quorum);
            await c.QueueBindAsync(Own, Events, "claim.*");
            await c.BasicGetAsync(Own, autoAck: true);
        },
        ["hear events in a queue that the broker names"] = async c =>
        {
            var queue = (await c.QueueDeclareAsync()).QueueName;
            await c.QueueBindAsync(queue, Events, "#");
            await c.BasicGetAsync(queue, autoAck: true);
        },
        ["give its own queue up"] = async c =>
        {
            await c.QueueDeclareAsync(Own + "-not-for-long", false, false, false);
            await c.QueuePurgeAsync(Own + "-not-for-long");
            await c.QueueDeleteAsync(Own + "-not-for-long");
        },
        ["get replies directly"] = async c =>
        {
            await c.BasicConsumeAsync("amq.rabbitmq.reply-to", autoAck: true, new AsyncEventingBasicConsumer(c));
            await PublishAsync(c, Requests, "", new BasicProperties { ReplyTo = "amq.rabbitmq.reply-to" });
        },
    };

    private static Dictionary<string, Func<IChannel, Task>> Misdeeds { get; } = new()
    {
        ["send to a partition"] = c => PublishAsync(c, "", Partition),
        ["send to a partition by its exchange"] = c => PublishAsync(c, Partition, ""),
        ["send to the queue of requests past its exchange"] = c => PublishAsync(c, "", Requests),
        ["send events"] = c => PublishAsync(c, Events, "claim.granted"),
        ["send events to our services"] = c => PublishAsync(c, Internal, ""),
        ["send by an exchange of the broker's own"] = c => PublishAsync(c, "amq.topic", "any"),
        ["take requests"] = c => c.BasicGetAsync(Requests, autoAck: false),
        ["consume requests"] = c => c.BasicConsumeAsync(Requests, autoAck: false, new AsyncEventingBasicConsumer(c)),
        ["take the requests that were set aside"] = c => c.BasicGetAsync(Requests + "_error", autoAck: false),
        ["take commands"] = c => c.BasicGetAsync(Partition, autoAck: false),
        ["throw requests away"] = c => c.QueuePurgeAsync(Requests),
        ["throw commands away"] = c => c.QueuePurgeAsync(Partition),
        ["delete the queue of requests"] = c => c.QueueDeleteAsync(Requests),
        ["delete a partition"] = c => c.QueueDeleteAsync(Partition),
        ["declare a partition"] = c => c.QueueDeclareAsync(Partition, false, false, false),
        ["declare a queue outside of its names"] = c => c.QueueDeclareAsync("mine", false, false, false),
        ["declare a queue of another account"] = c => c.QueueDeclareAsync("outside.other.own", false, false, false),
        ["declare a queue of an account that is called alike"] =
            c => c.QueueDeclareAsync("outside.allowed-too.own", false, false, false),
        ["delete the exchange of requests"] = c => c.ExchangeDeleteAsync(Requests),
        ["delete the exchange of events"] = c => c.ExchangeDeleteAsync(Events),
        ["declare an exchange outside of its names"] = c => c.ExchangeDeclareAsync("mine", ExchangeType.Fanout),
        ["hear what our services hear"] = async c =>
        {
            var queue = (await c.QueueDeclareAsync()).QueueName;
            await c.QueueBindAsync(queue, Internal, "");
        },
        ["hear what others request"] = async c =>
        {
            var queue = (await c.QueueDeclareAsync()).QueueName;
            await c.QueueBindAsync(queue, Requests, "");
        },
        ["bind a partition to events"] = c => c.QueueBindAsync(Partition, Events, "#"),
        ["unbind the queue of requests"] = c => c.QueueUnbindAsync(Requests, Requests, ""),
        ["bind a partition's exchange to one of its own"] = async c =>
        {
            await c.ExchangeDeclareAsync(Own + ".exchange", ExchangeType.Fanout);
            await c.ExchangeBindAsync(Partition, Own + ".exchange", "");
        },
        ["have its dead letters sent to a partition"] = c => c.QueueDeclareAsync(
            Own + "-dead", false, false, false, new Dictionary<string, object?>
            {
                ["x-dead-letter-exchange"] = Partition,
            }),
        ["have its dead letters sent to a partition by the default exchange"] = c => c.QueueDeclareAsync(
            Own + "-dead", false, false, false, new Dictionary<string, object?>
            {
                ["x-dead-letter-exchange"] = "",
                ["x-dead-letter-routing-key"] = Partition,
            }),
        ["have what nobody takes sent to a partition"] = c => c.ExchangeDeclareAsync(
            Own + ".alternate", ExchangeType.Fanout, arguments: new Dictionary<string, object?>
            {
                ["alternate-exchange"] = Partition,
            }),
    };

    [Theory]
    [MemberData(nameof(Allowed))]
    public async Task It_may(string deed)
    {
        await using var connection = await ConnectAsync(await AllowedAsync());
        await using var channel = await ChannelAsync(connection);
        await Deeds[deed](channel);
        Assert.True(channel.IsOpen);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task It_may_not(string misdeed)
    {
        var consumers = await ConsumersAsync();
        await using var connection = await ConnectAsync(await AllowedAsync());
        await using var channel = await ChannelAsync(connection);

        Assert.Equal(403, await RefusalAsync(() => Misdeeds[misdeed](channel)));
        Assert.Equal(consumers, await ConsumersAsync());
    }

    [Fact]
    public async Task One_that_only_hears_events_cannot_send_and_cannot_have_events_sent_as_requests()
    {
        await using var connection = await ConnectAsync(await target.OutsiderAsync("listener", "--only", "events"));
        await IsRefusedAsync(connection, c => PublishAsync(c, Requests, ""));
        await IsRefusedAsync(connection, c => c.ExchangeBindAsync(Requests, Events, "#"));
        await IsRefusedAsync(connection, c => c.QueueDeclareAsync(
            "outside.listener.dead", false, false, false, new Dictionary<string, object?>
            {
                ["x-dead-letter-exchange"] = Requests,
            }));
        await using var channel = await ChannelAsync(connection);
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        await channel.QueueBindAsync(queue, Events, "#");
    }

    [Fact]
    public async Task One_that_only_sends_requests_cannot_hear_events()
    {
        await using var connection = await ConnectAsync(await target.OutsiderAsync("asker", "--only", "requests"));
        await using var channel = await ChannelAsync(connection);
        await PublishAsync(channel, Requests, "");
        var queue = (await channel.QueueDeclareAsync()).QueueName;
        Assert.Equal(403, await RefusalAsync(() => channel.QueueBindAsync(queue, Events, "#")));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Its_queues_are_bounded_and_its_address_is_its_owners_alone()
    {
        await target.OutsiderAsync("bounded");
        var policies = await target.StackAsync("rabbitmqctl", "-q", "list_operator_policies", "-p", "availsync");
        Assert.Contains("\"max-length-bytes\":268435456", policies, StringComparison.Ordinal);
        var file = (await target.StackAsync("account", "bounded")).Split('\n')[^1];
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Its_password_is_nowhere_but_in_its_file()
    {
        var address = await target.OutsiderAsync("secretive");
        await using (await ConnectAsync(address))
        {
        }

        var found = new SecretSearch([("the password", address.UserInfo.Split(':')[1])]);
        var known = new SecretSearch([("the name", "outside.secretive")]);
        await foreach (var kept in target.KeptAsync())
        {
            using (kept)
            {
                using var bytes = new MemoryStream();
                await kept.Content.CopyToAsync(bytes);
                foreach (var search in new[] { found, known })
                    await search.ReadAsync(kept.Place, new MemoryStream(bytes.ToArray()));
            }
        }

        Assert.Empty(found.Findings);
        Assert.NotEmpty(known.Findings); // The broker knows the account, and has been searched.
    }

    [Fact]
    public async Task Made_again_it_stays_as_it_is_and_once_removed_it_is_gone()
    {
        var address = await target.OutsiderAsync("passing");
        Assert.Equal(address.UserInfo, (await target.OutsiderAsync("passing")).UserInfo);
        await using (await ConnectAsync(address))
        {
        }

        await target.StackAsync("account", "passing", "--remove");
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(() => ConnectAsync(address));
        Assert.IsType<AuthenticationFailureException>(refused.InnerException);
        Assert.NotEqual(address.UserInfo, (await target.OutsiderAsync("passing")).UserInfo);
        await target.StackAsync("account", "passing", "--remove");
    }

    [Theory]
    [InlineData("a.b")]
    [InlineData("Alpha")]
    [InlineData("")]
    [InlineData("a|.*")]
    public async Task A_name_that_would_reach_into_other_names_is_refused(string name)
    {
        var (exit, output) = await target.TryStackAsync("account", name);
        Assert.NotEqual(0, exit);
        Assert.Contains("a name has", output, StringComparison.Ordinal);
    }

    /// <summary>One account for all of it.</summary>
    private Task<Uri> AllowedAsync() => _allowed ??= target.OutsiderAsync("allowed");

    private static async Task<IConnection> ConnectAsync(Uri address) =>
        await new ConnectionFactory { Uri = address, AutomaticRecoveryEnabled = false }
            .CreateConnectionAsync(Target.Stopped);

    private static Task<IChannel> ChannelAsync(IConnection connection) => connection.CreateChannelAsync(
        new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true),
        Target.Stopped);

    /// <summary>Returns when the broker has it, and throws where it is refused.</summary>
    private static async Task PublishAsync(
        IChannel channel, string exchange, string key, BasicProperties? properties = null) =>
        await channel.BasicPublishAsync(
            exchange, key, mandatory: false, properties ?? new BasicProperties(), "{}"u8.ToArray(), Target.Stopped);

    private static async Task IsRefusedAsync(IConnection connection, Func<IChannel, Task> misdeed)
    {
        await using var channel = await ChannelAsync(connection);
        Assert.Equal(403, await RefusalAsync(() => misdeed(channel)));
    }

    /// <summary>With which code the broker has refused it; null where it was done.</summary>
    private static async Task<int?> RefusalAsync(Func<Task> misdeed)
    {
        try
        {
            await misdeed();
            return null;
        }
        catch (OperationInterruptedException refused)
        {
            return refused.ShutdownReason?.ReplyCode;
        }
    }

    /// <summary>How many listen where the misdeeds aim at, as our own account sees it.</summary>
    private async Task<string> ConsumersAsync()
    {
        await using var connection = await ConnectAsync(target.Broker);
        await using var channel = await ChannelAsync(connection);
        var counts = new List<uint>();
        foreach (var queue in new[] { Requests, Partition })
            counts.Add((await channel.QueueDeclarePassiveAsync(queue)).ConsumerCount);
        Assert.DoesNotContain(0u, counts);
        return string.Join(' ', counts);
    }
}
