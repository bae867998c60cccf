namespace Availsync.Bus.Requests;

/// <summary>The way by which answers come back to this process.</summary>
internal interface IReplyLine
{
    /// <summary>
    /// Returns when answers can come; the token is cancelled when those to what is asked from now on cannot any more.
    /// </summary>
    Task<CancellationToken> OpenAsync(CancellationToken cancellationToken);
}

/// <summary>Within the process nothing is lost on the way.</summary>
internal sealed class InMemoryReplyLine : IReplyLine
{
    public Task<CancellationToken> OpenAsync(CancellationToken cancellationToken) =>
        Task.FromResult(CancellationToken.None);
}
