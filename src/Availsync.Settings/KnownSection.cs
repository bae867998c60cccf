using System.Reflection;

namespace Availsync.Settings;

/// <summary>A section of the configuration and the options that are read from it.</summary>
/// <param name="Path">The section's name, such as <c>Edge</c>.</param>
/// <param name="Options">The public properties of this type are the section's keys.</param>
internal sealed record KnownSection(string Path, Type Options)
{
    /// <summary>Whether the section consists of subsections, named freely, of the same keys each.</summary>
    public bool HasNames { get; init; }

    public IEnumerable<PropertyInfo> Properties => PropertiesOf(Options);

    /// <summary>What can be set of a type: properties with a setter, and lists, which are added to.</summary>
    public static IEnumerable<PropertyInfo> PropertiesOf(Type type) => type
        .GetProperties(BindingFlags.Instance | BindingFlags.Public)
        .Where(property => property.GetSetMethod() is not null || IsList(property.PropertyType));

    public static bool IsList(Type type) => type == typeof(IList<string>);
}
