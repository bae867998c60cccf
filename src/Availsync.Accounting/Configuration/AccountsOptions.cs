namespace Availsync.Accounting;

/// <summary>Who gets in: the section <c>Accounts</c> of the configuration.</summary>
internal sealed class AccountsOptions
{
    public const string Section = "Accounts";
    public const string PlanByDefault = "free";

    /// <summary>
    /// Who may sign up: <c>open</c>, <c>first_only</c> or <c>closed</c>. Where it is not set: everybody in Development
    /// and whoever calls over loopback, and for all others only the first workspace of the install.
    /// </summary>
    public string? Signup { get; set; }

    /// <summary>The plan of every workspace but the first, which is <c>unlimited</c>.</summary>
    public string DefaultPlan { get; set; } = PlanByDefault;

    /// <summary>
    /// Whether the first start on an empty store makes a workspace with an owner and an agent and prints their secrets.
    /// </summary>
    public bool FirstStart { get; set; } = true;

    /// <summary>
    /// The e-mail of a person that gets a new password at this start, printed once; for a lost one. It is taken out
    /// again afterwards: every start with it makes another.
    /// </summary>
    public string? ResetPasswordOf { get; set; }
}
