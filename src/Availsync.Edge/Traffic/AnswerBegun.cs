namespace Availsync.Edge.Traffic;

/// <summary>
/// Has a call recorded when its answer begins: one that lasts for hours would else be told of only when it is over, and
/// not at all should the edge die before.
/// </summary>
internal sealed class AnswerBegun(Action record)
{
    public bool IsRecorded { get; private set; }

    public void Record()
    {
        if (IsRecorded) return;
        IsRecorded = true;
        record();
    }
}
