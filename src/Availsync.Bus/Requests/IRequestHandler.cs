namespace Availsync.Bus.Requests;

/// <summary>Answers requests of one type.</summary>
public interface IRequestHandler<in TRequest, TReply>
    where TRequest : class
    where TReply : class
{
    /// <summary>Answers one request. An exception reaches the asking side as <see cref="NoAnswerException"/>.</summary>
    Task<TReply> HandleAsync(TRequest request, CancellationToken cancellationToken);
}
