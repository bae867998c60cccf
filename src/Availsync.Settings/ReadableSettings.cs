using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Availsync.Settings;

/// <summary>Refuses options of which a value could not be read: <see cref="SettingsBinder"/> leaves those at their defaults.</summary>
internal sealed class ReadableSettings<TOptions>(IConfigurationSection section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var mistakes = KnownSection.PropertiesOf(typeof(TOptions))
            .Where(property => !KnownSection.IsList(property.PropertyType))
            .Select(property => SettingValue.Mistake(section.GetSection(property.Name), property.PropertyType))
            .OfType<string>().ToList();
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }
}
