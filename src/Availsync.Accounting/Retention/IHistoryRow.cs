namespace Availsync.Accounting;

/// <summary>What is deleted when it is past its days.</summary>
internal interface IHistoryRow
{
    Guid Id { get; }

    DateTimeOffset At { get; }
}
