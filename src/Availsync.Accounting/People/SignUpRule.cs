namespace Availsync.Accounting;

/// <summary>Who may sign up.</summary>
internal enum SignUpRule
{
    /// <summary>Everybody; each gets a workspace of their own.</summary>
    Open,

    /// <summary>Only while the install has no workspace.</summary>
    FirstOnly,

    /// <summary>Nobody.</summary>
    Closed,
}

/// <summary>Finds the rule that counts.</summary>
internal static class SignUpRules
{
    public static SignUpRule? Parse(string text) => text switch
    {
        "open" => SignUpRule.Open,
        "first_only" => SignUpRule.FirstOnly,
        "closed" => SignUpRule.Closed,
        _ => null,
    };

    /// <summary>
    /// Without a setting the call itself decides: whoever reaches the edge over loopback sits at the machine, while an
    /// install that the world can reach must not hand out workspaces unasked.
    /// </summary>
    public static SignUpRule Of(AccountsOptions options, bool isDevelopment, bool overLoopback)
    {
        if (options.Signup is { } text && Parse(text) is { } rule) return rule;
        return isDevelopment || overLoopback ? SignUpRule.Open : SignUpRule.FirstOnly;
    }
}
