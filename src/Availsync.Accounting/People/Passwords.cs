using System.Security.Cryptography;
using Microsoft.AspNetCore.Identity;

namespace Availsync.Accounting;

/// <summary>Hashes and checks passwords with the framework's Identity hasher.</summary>
internal sealed class Passwords : IDisposable
{
    public const int LengthMin = 12;

    /// <summary>Beyond this a password only costs time to hash.</summary>
    public const int LengthMax = 256;

    private const int GeneratedLength = 24;
    private const string Readable = "23456789abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ";

    /// <summary>
    /// Hashing is slow by design. A crowd that signs in gets half of the cores and waits its turn, so that it cannot
    /// keep the threads that everything else is answered on.
    /// </summary>
    private readonly SemaphoreSlim _turns = new(Math.Max(1, Environment.ProcessorCount / 2));

    private readonly PasswordHasher<Passwords> _hasher = new();
    private readonly string _ofNobody;

    public Passwords() => _ofNobody = Hash(Generate());

    /// <summary>A password of 138 random bits, without characters that look alike.</summary>
    public static string Generate() => RandomNumberGenerator.GetString(Readable, GeneratedLength);

    /// <summary>As <see cref="Hash"/>, when it is its turn.</summary>
    public Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        InTurnAsync(() => Hash(password), cancellationToken);

    /// <summary>As <see cref="IsRight"/>, when it is its turn.</summary>
    public Task<bool> IsRightAsync(PersonRow? person, string password, CancellationToken cancellationToken) =>
        InTurnAsync(() => IsRight(person, password), cancellationToken);

    public string Hash(string password) => _hasher.HashPassword(this, password);

    /// <summary>
    /// Whether it is that person's password. For nobody it takes the same time, so that nobody learns from the clock
    /// which addresses have an account.
    /// </summary>
    public bool IsRight(PersonRow? person, string password)
    {
        var verified = _hasher.VerifyHashedPassword(this, person?.PasswordHash ?? _ofNobody, password);
        return person is not null && verified != PasswordVerificationResult.Failed;
    }

    public void Dispose() => _turns.Dispose();

    private async Task<T> InTurnAsync<T>(Func<T> compute, CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return compute();
        }
        finally
        {
            _turns.Release();
        }
    }
}
