using System.Threading.Channels;
using Availsync.Arbiter.Partitions;
using Availsync.Bus.Requests;
using Availsync.Contracts;

namespace Availsync.Arbiter.Tests.Leases;

/// <summary>Takes the commands of the saga, and answers what the test says.</summary>
internal sealed class RecordingPartitions : IPartitionCommands
{
    private readonly Channel<Command> _commands = Channel.CreateUnbounded<Command>();

    /// <summary>How many commands are lost from now on.</summary>
    public int Lost { get; set; }

    public Outcome Answer { get; set; } = new Outcome.NothingDue(null);

    public Task SendAsync(Command command, CancellationToken cancellationToken)
    {
        _commands.Writer.TryWrite(command);
        return Lost-- > 0 ? throw new NoAnswerException("lost") : Task.CompletedTask;
    }

    public Task<Outcome> DecideAsync(Command command, CancellationToken cancellationToken)
    {
        _commands.Writer.TryWrite(command);
        return Task.FromResult(Answer);
    }

    /// <summary>The next claim whose partition is woken.</summary>
    public async Task<ClaimId> NextAsync() => Assert.IsType<ExpireClaim>(await NextCommandAsync()).ClaimId;

    /// <summary>The next command that a partition is sent.</summary>
    public async Task<Command> NextCommandAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await _commands.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Whether nobody has been woken that was not asked for.</summary>
    public bool IsQuiet => !_commands.Reader.TryRead(out _);
}
