namespace Availsync.Accounting.Tests;

public sealed class PasswordTests : IDisposable
{
    private readonly Passwords _passwords = new();

    public void Dispose() => _passwords.Dispose();

    [Fact]
    public void A_password_is_right_or_wrong_and_nobody_has_any()
    {
        var person = PersonWith("correct horse battery");

        Assert.True(_passwords.IsRight(person, "correct horse battery"));
        Assert.False(_passwords.IsRight(person, "Correct horse battery"));
        Assert.False(_passwords.IsRight(null, "correct horse battery"));
    }

    [Fact]
    public void Nobody_takes_as_long_as_somebody()
    {
        var person = PersonWith("correct horse battery");

        var somebody = Median(() => _passwords.IsRight(person, "wrong horse battery"));
        var nobody = Median(() => _passwords.IsRight(null, "wrong horse battery"));

        // Without the hash of nobody this would be a thousandth.
        Assert.InRange(nobody / somebody, 0.3, 3);
    }

    [Fact]
    public void Generated_passwords_are_long_and_differ()
    {
        var generated = Enumerable.Range(0, 100).Select(_ => Passwords.Generate()).ToList();

        Assert.All(generated, password => Assert.Equal(24, password.Length));
        Assert.Equal(100, generated.Distinct().Count());
    }

    private static double Median(Action action)
    {
        var clock = TimeProvider.System;
        var times = Enumerable.Range(0, 7).Select(_ =>
        {
            var start = clock.GetTimestamp();
            action();
            return clock.GetElapsedTime(start).TotalMilliseconds;
        });
        return times.Order().ElementAt(3);
    }

    private PersonRow PersonWith(string password) =>
        new CredentialsForm("ada@example.com", password).ToRow(
            Guid.Empty, Contracts.Role.Owner, _passwords.Hash(password), DateTimeOffset.UnixEpoch);
}
