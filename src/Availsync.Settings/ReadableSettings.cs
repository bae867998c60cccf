using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Availsync.Settings;

/// <summary>
/// Refuses options of which a value could not be read, which <see cref="SettingsBinder"/> leaves at their defaults, or is
/// out of the range that the property is marked with.
/// </summary>
internal sealed class ReadableSettings<TOptions>(IConfigurationSection section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var mistakes = KnownSection.PropertiesOf(typeof(TOptions))
            .Where(property => !KnownSection.IsList(property.PropertyType))
            .Select(property => Mistake(property, options))
            .OfType<string>().ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private string? Mistake(PropertyInfo property, TOptions options)
    {
        if (SettingValue.Mistake(section.GetSection(property.Name), property.PropertyType) is { } mistake) return mistake;
        return property.GetCustomAttribute<RangeAttribute>() is not { } range || IsWithin(range, property.GetValue(options))
            ? null
            : $"{section.Path}:{property.Name} must be from {range.Minimum} to {range.Maximum}.";
    }

    private static bool IsWithin(RangeAttribute range, object? value)
    {
        try
        {
            return range.IsValid(value);
        }
        catch (OverflowException)
        {
            return false; // Not even a number of the range's own kind.
        }
    }
}
