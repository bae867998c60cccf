using Npgsql;

namespace Availsync.Storage;

/// <summary>Where data is kept: the section <c>Storage</c> of the configuration.</summary>
public sealed class StorageOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Storage";

    /// <summary>The database engine. Every store of a process is on the same one.</summary>
    public StorageProvider Provider { get; set; } = StorageProvider.Sqlite;

    /// <summary>The directory of the SQLite files, made at start where it is missing.</summary>
    public string Path { get; set; } = "./data";

    /// <summary>The connection string of the PostgreSQL database, which must exist.</summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// The database's password, where it is not in <see cref="ConnectionString"/>: so that it can be a file of its own.
    /// </summary>
    public string Password { get; set; } = "";

    /// <summary>The connection string with the password in it.</summary>
    internal string ConnectionStringWithPassword() => Password.Length == 0
        ? ConnectionString
        : new NpgsqlConnectionStringBuilder(ConnectionString) { Password = Password }.ToString();
}

/// <summary>The database engines a store can be on.</summary>
public enum StorageProvider
{
    /// <summary>One file a store, in the directory <see cref="StorageOptions.Path"/>.</summary>
    Sqlite,

    /// <summary>One PostgreSQL database, a schema a service.</summary>
    Postgres,
}
