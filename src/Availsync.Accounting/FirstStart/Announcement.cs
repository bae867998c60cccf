namespace Availsync.Accounting;

/// <summary>
/// What is printed once. Scripts read the lines that begin with <c>sign-in: </c> and <c>agent key: </c>, so their form
/// stays as it is.
/// </summary>
internal static class Announcement
{
    public static string OfFirstStart(string email, string password, string apiKey) =>
        $"""

        First start: there is a workspace "default" now. Its secrets are shown only this once.

        sign-in: {email} / {password}
        export AVAILSYNC_KEY={apiKey}
        agent key: {apiKey}


        """;

    public static string OfNewPassword(string email, string password) =>
        $"""

        Accounts:ResetPasswordOf is set: a new password, shown only this once. Take the setting out again.

        sign-in: {email} / {password}


        """;
}
