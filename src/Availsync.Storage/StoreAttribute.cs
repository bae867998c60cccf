using System.Reflection;

namespace Availsync.Storage;

/// <summary>
/// Names the place of a context's tables. It is an attribute, so that the running service, the design-time tools and
/// the model cannot disagree about it.
/// </summary>
/// <param name="name">
/// The store's own name, unique in a database: the SQLite file is <c>name.db</c>, and the migrations history of the
/// context is kept under it.
/// </param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StoreAttribute(string name) : Attribute
{
    /// <summary>The store's name: lower case, and safe as a file name.</summary>
    public string Name { get; } = name;

    /// <summary>The PostgreSQL schema of its tables; the store's name where it is not set.</summary>
    public string Schema { get; set; } = name;

    internal string MigrationsTable => $"__migrations_{Name}";

    /// <summary>What a context is marked with.</summary>
    public static StoreAttribute Of(Type context) =>
        context?.GetCustomAttribute<StoreAttribute>(inherit: true)
        ?? throw new InvalidOperationException($"{context?.Name} needs a [Store(\"name\")] attribute.");
}
