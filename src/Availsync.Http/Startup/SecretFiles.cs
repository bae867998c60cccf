using Microsoft.Extensions.Configuration;

namespace Availsync.Http;

/// <summary>
/// Settings in files, one a file: how passwords come into a container without being in its environment, where every
/// child process and everybody who may look at the container sees them.
/// </summary>
public static class SecretFiles
{
    /// <summary>The setting that names the folder of the files; without it none are read.</summary>
    public const string PathSetting = "Secrets:Path";

    /// <summary>
    /// Adds the files of the folder that <see cref="PathSetting"/> names. A file <c>Bus__Password</c> is the setting
    /// <c>Bus:Password</c> and goes before the same one from elsewhere; a line break at its end is none of it.
    /// </summary>
    /// <exception cref="StartFailureException">The folder is missing, or a file in it cannot be read.</exception>
    public static IConfigurationBuilder AddSecretFiles(this IConfigurationBuilder configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Build()[PathSetting] is not { Length: > 0 } path) return configuration;
        var folder = Path.GetFullPath(path);
        Check(folder);
        return configuration.AddKeyPerFile(folder, optional: false);
    }

    /// <summary>Told in a line that names the file: the source itself would only throw.</summary>
    private static void Check(string folder)
    {
        if (!Directory.Exists(folder))
            throw new StartFailureException($"{PathSetting} is {folder}, and there is no such folder.");
        foreach (var file in Directory.EnumerateFiles(folder))
        {
            try
            {
                using var _ = File.OpenRead(file);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new StartFailureException($"The user of this process may not read {file}.", exception);
            }
        }
    }
}
