using System.ComponentModel;
using Microsoft.Extensions.Configuration;

namespace Availsync.Settings;

/// <summary>The text of a setting as a value of its type.</summary>
internal static class SettingValue
{
    public static bool TryRead(Type type, string text, out object? value)
    {
        value = text;
        if (type == typeof(string)) return true;
        value = null;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return text.Length == 0 || TryRead(underlying, text, out value);
        try
        {
            value = TypeDescriptor.GetConverter(type).ConvertFromInvariantString(text);
            return value is not null && (!type.IsEnum || Enum.IsDefined(type, value));
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or NotSupportedException
            || exception.InnerException is FormatException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>What is wrong with a setting of this type; null where it is not set, or can be read.</summary>
    public static string? Mistake(IConfigurationSection setting, Type type) =>
        setting.Value is not { } text || TryRead(type, text, out _) ? null : $"{setting.Path} must be {Expectation(type)}.";

    /// <summary>What a text of this type looks like, for people.</summary>
    private static string Expectation(Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (plain.IsEnum)
        {
            var names = Enum.GetNames(plain);
            return string.Join(", ", names[..^1]) + " or " + names[^1];
        }

        if (plain == typeof(bool)) return "true or false";
        return plain == typeof(int) || plain == typeof(long) ? "a whole number" : "a number";
    }
}
