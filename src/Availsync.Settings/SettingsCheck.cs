using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Availsync.Settings;

/// <summary>
/// Finds every mistake in the configuration, so that all can be mended at once: keys that nobody reads, values that cannot
/// be read, and what the options' own checks refuse. Sections that no part of the process has are not its concern: services
/// may share a file or an environment. A value is never told, since it may be a secret.
/// </summary>
public static class SettingsCheck
{
    /// <summary>One line for each mistake; none where all is well.</summary>
    public static IReadOnlyList<string> Mistakes(IServiceProvider services)
    {
        ArgumentNullException.ThrowIfNull(services);
        var configuration = services.GetRequiredService<IConfiguration>();
        var mistakes = new List<string>();
        foreach (var known in services.GetServices<KnownSection>().GroupBy(section => section.Path))
            Check(configuration.GetSection(known.Key), [.. known], mistakes);
        mistakes.AddRange(Refusals(services));
        return [.. mistakes.Distinct()];
    }

    private static void Check(IConfigurationSection section, List<KnownSection> known, List<string> mistakes)
    {
        if (section.Value is { Length: > 0 })
            mistakes.Add($"{section.Path} is a section of settings, not a setting.");
        var named = known.Find(k => k.HasNames);
        foreach (var child in section.GetChildren())
        {
            if (named is null) CheckSetting(child, known, mistakes);
            else if (child.Value is { Length: > 0 }) mistakes.Add($"{child.Path} is a section of settings, not a setting.");
            else foreach (var setting in child.GetChildren()) CheckSetting(setting, known, mistakes);
        }
    }

    private static void CheckSetting(IConfigurationSection setting, List<KnownSection> known, List<string> mistakes)
    {
        var property = known.SelectMany(k => k.Properties)
            .FirstOrDefault(p => p.Name.Equals(setting.Key, StringComparison.OrdinalIgnoreCase));
        if (property is null)
        {
            var names = known.SelectMany(k => k.Properties).Select(p => p.Name).Distinct().Order(StringComparer.Ordinal);
            mistakes.Add($"{setting.Path} is not a setting; known are {string.Join(", ", names)}.");
        }
        else if (KnownSection.IsList(property.PropertyType))
        {
            if (setting.Value is { Length: > 0 })
                mistakes.Add($"{setting.Path} is a list: {setting.Path}:0, {setting.Path}:1 and so on.");
        }
        else if (SettingValue.Mistake(setting, property.PropertyType) is { } mistake)
        {
            mistakes.Add(mistake);
        }
    }

    private static IEnumerable<string> Refusals(IServiceProvider services)
    {
        try
        {
            services.GetService<IStartupValidator>()?.Validate();
            return [];
        }
        catch (OptionsValidationException refused)
        {
            return refused.Failures;
        }
        catch (AggregateException several) when (several.InnerExceptions.All(e => e is OptionsValidationException))
        {
            return several.InnerExceptions.Cast<OptionsValidationException>().SelectMany(e => e.Failures);
        }
    }
}
