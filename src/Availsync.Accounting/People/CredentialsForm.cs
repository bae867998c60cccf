using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Accounting;

/// <summary>The e-mail and password that somebody new will sign in with.</summary>
internal sealed record CredentialsForm(string Email, string Password)
{
    /// <summary>Reads both; what is wrong is noted in <paramref name="fields"/>.</summary>
    public static CredentialsForm Read(Fields fields)
    {
        var email = fields.Text("email", EmailAddress.LengthMax * 2, required: true)?.Trim();
        if (email is not null && !EmailAddress.IsPlausible(email)) fields.Wrong("email", "Must be an e-mail address.");
        var password = fields.Text("password", Passwords.LengthMax, Passwords.LengthMin, required: true);
        return new CredentialsForm(email ?? "", password ?? "");
    }

    public PersonRow ToRow(Guid orgId, Role role, string passwordHash, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OrgId = orgId,
        Email = Email,
        EmailKey = EmailAddress.KeyOf(Email),
        PasswordHash = passwordHash,
        Role = role,
        CreatedAt = now,
    };
}
