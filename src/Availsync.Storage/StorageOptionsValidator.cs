using Microsoft.Extensions.Options;
using Npgsql;

namespace Availsync.Storage;

/// <summary>Lists everything that is wrong with <see cref="StorageOptions"/> at once.</summary>
internal sealed class StorageOptionsValidator : IValidateOptions<StorageOptions>
{
    public ValidateOptionsResult Validate(string? name, StorageOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> Failures(StorageOptions options)
    {
        if (options.Provider == StorageProvider.Sqlite && string.IsNullOrWhiteSpace(options.Path))
            yield return "Storage:Path must name a directory when Storage:Provider is Sqlite.";
        if (options.Provider == StorageProvider.Postgres
            && WrongConnectionString(options.ConnectionString, options.Password) is { } wrong)
        {
            yield return wrong;
        }
    }

    /// <summary>The text itself is left out of the message, since it may carry a password.</summary>
    private static string? WrongConnectionString(string text, string password)
    {
        if (string.IsNullOrWhiteSpace(text))
            return "Storage:ConnectionString is required when Storage:Provider is Postgres.";
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(parts.Host)) return "Storage:ConnectionString must name a Host.";
            return password.Length > 0 && !string.IsNullOrEmpty(parts.Password)
                ? "Storage:ConnectionString has a password already, beside Storage:Password; leave one of them out."
                : null;
        }
        catch (ArgumentException)
        {
            return "Storage:ConnectionString is not a valid PostgreSQL connection string.";
        }
    }
}
