using System.Threading.Channels;
using Availsync.Arbiter.Partitions;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Arbiter.Tests.Leases;

/// <summary>Takes the commands of the saga, and answers what the test says.</summary>
internal sealed class RecordingPartitions : IPartitionCommands
{
    private readonly Channel<ExpireClaim> _commands = Channel.CreateUnbounded<ExpireClaim>();

    /// <summary>How many commands are lost from now on.</summary>
    public int Lost { get; set; }

    public Outcome Answer { get; set; } = new Outcome.NothingDue(null);

    public Task SendAsync(Command command, CancellationToken cancellationToken)
    {
        _commands.Writer.TryWrite((ExpireClaim)command);
        return Lost-- > 0 ? throw new NoAnswerException("lost") : Task.CompletedTask;
    }

    public Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken)
    {
        _commands.Writer.TryWrite((ExpireClaim)command);
        return Task.FromResult(Answer);
    }

    /// <summary>The next claim whose partition is woken.</summary>
    public async Task<ClaimId> NextAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return (await _commands.Reader.ReadAsync(patience.Token)).ClaimId;
    }

    /// <summary>Whether nobody has been woken that was not asked for.</summary>
    public bool IsQuiet => !_commands.Reader.TryRead(out _);
}
