using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>A key on the wire, without its secret.</summary>
/// <param name="ExpiresAt">When a rotated key's grace is over; null for a key that was not rotated.</param>
internal sealed record KeyBody(Guid Id, string Last4, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt)
{
    public static KeyBody Of(KeyRow row) => new(row.Id, row.Last4, row.CreatedAt, row.ExpiresAt);
}

/// <summary>A new key with its secret, shown this once.</summary>
internal sealed record KeyCreated(KeyBody Key, string ApiKey)
{
    public static IResult Answer(KeyRow row, string secret) =>
        WireJson.Answer(new KeyCreated(KeyBody.Of(row), secret), StatusCodes.Status201Created);
}

/// <summary>A page of keys.</summary>
internal sealed record KeyPage(IReadOnlyList<KeyBody> Keys, Pagination Pagination);
