using Availsync.Contracts;

namespace Availsync.Accounting;

/// <summary>A person. An e-mail address signs in to one workspace, so a person is a member of exactly one.</summary>
internal sealed class PersonRow
{
    public required Guid Id { get; init; }

    public required Guid OrgId { get; init; }

    /// <summary>As it was typed, but trimmed.</summary>
    public required string Email { get; init; }

    /// <summary>The form in which it is unique; see <see cref="EmailAddress.KeyOf"/>.</summary>
    public required string EmailKey { get; init; }

    /// <summary>Made by the framework's Identity hasher.</summary>
    public required string PasswordHash { get; set; }

    public required Role Role { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
