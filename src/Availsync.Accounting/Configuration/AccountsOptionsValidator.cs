using Microsoft.Extensions.Options;

namespace Availsync.Accounting;

/// <summary>Lists everything that is wrong with <see cref="AccountsOptions"/> at once.</summary>
internal sealed class AccountsOptionsValidator : IValidateOptions<AccountsOptions>
{
    public ValidateOptionsResult Validate(string? name, AccountsOptions options)
    {
        List<string> failures = [];
        if (options.Signup is not null && SignUpRules.Parse(options.Signup) is null)
            failures.Add($"Accounts:Signup must be open, first_only or closed, not '{options.Signup}'.");
        if (options.ResetPasswordOf is { } email && !EmailAddress.IsPlausible(email.Trim()))
            failures.Add("Accounts:ResetPasswordOf must be the e-mail address of a person.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
