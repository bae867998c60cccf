namespace Availsync.Bus.Sagas;

/// <summary>A unit of work that is open. Disposing it without <see cref="CommitAsync"/> undoes it.</summary>
public sealed class OpenUnitOfWork : IAsyncDisposable
{
    private readonly SagaUnitOfWork _unit;

    internal OpenUnitOfWork(SagaUnitOfWork unit) => _unit = unit;

    /// <summary>Writes everything and makes it durable.</summary>
    public Task CommitAsync(CancellationToken cancellationToken) => _unit.CommitAsync(cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _unit.CloseAsync();
}
