using Microsoft.Extensions.Configuration;

namespace Availsync.Settings;

/// <summary>
/// Reads a section into options. What cannot be read keeps its default, so that reading never throws:
/// <see cref="SettingsCheck"/> tells of it, with everything else that is wrong.
/// </summary>
public static class SettingsBinder
{
    /// <summary>Reads what is set of the public properties of <paramref name="options"/>.</summary>
    public static void Bind(IConfigurationSection section, object options)
    {
        ArgumentNullException.ThrowIfNull(section);
        ArgumentNullException.ThrowIfNull(options);
        foreach (var property in KnownSection.PropertiesOf(options.GetType()))
        {
            var setting = section.GetSection(property.Name);
            if (KnownSection.IsList(property.PropertyType))
            {
                var list = (IList<string>)property.GetValue(options)!;
                foreach (var item in setting.GetChildren()) list.Add(item.Value ?? "");
            }
            else if (setting.Value is { } text && SettingValue.TryRead(property.PropertyType, text, out var value))
            {
                property.SetValue(options, value);
            }
        }
    }
}
