namespace Availsync.Accounting;

/// <summary>
/// Has the sign-ins for one account and address happen one after another, so that a crowd of guesses cannot all be
/// counted before the first of them has failed. One queue an instance: with n instances a crowd gets at most n - 1
/// guesses more.
/// </summary>
internal sealed class SignInQueue
{
    private readonly Dictionary<(string Account, string Address), Turn> _turns = [];
    private readonly Lock _lock = new();

    public async Task<IDisposable> EnterAsync(string account, string address, CancellationToken cancellationToken)
    {
        Turn? turn;
        lock (_lock)
        {
            if (!_turns.TryGetValue((account, address), out turn))
                _turns[(account, address)] = turn = new Turn(this, (account, address));
            turn.Visitors++;
        }

        try
        {
            await turn.Gate.WaitAsync(cancellationToken);
            return turn;
        }
        catch
        {
            Leave(turn);
            throw;
        }
    }

    private void Leave(Turn turn)
    {
        lock (_lock)
        {
            if (--turn.Visitors == 0) _turns.Remove(turn.Key);
        }
    }

    private sealed class Turn(SignInQueue queue, (string Account, string Address) key) : IDisposable
    {
        public SemaphoreSlim Gate { get; } = new(1, 1);

        public (string Account, string Address) Key => key;

        public int Visitors { get; set; }

        public void Dispose()
        {
            Gate.Release();
            queue.Leave(this);
        }
    }
}
