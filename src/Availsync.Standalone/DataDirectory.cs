using Availsync.Http;
using Availsync.Storage;

namespace Availsync.Standalone;

/// <summary>
/// The directory with the data, held by one process at a time: two of them on the same files would each believe that
/// nobody else decides.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private readonly FileStream _lock;

    private DataDirectory(FileStream held) => _lock = held;

    /// <summary>Makes the directory where it is missing, for its owner only, and takes hold of it.</summary>
    /// <exception cref="StartFailureException">Another process holds it, or it cannot be used.</exception>
    public static DataDirectory Open(string[] args)
    {
        var settings = new ConfigurationBuilder().AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables().AddCommandLine(args).Build();
        var path = settings[$"{StorageOptions.Section}:{nameof(StorageOptions.Path)}"] ?? new StorageOptions().Path;
        try
        {
            if (OperatingSystem.IsWindows()) Directory.CreateDirectory(path);
            else Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            return new DataDirectory(new FileStream(
                Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StartFailureException(
                $"Storage:Path '{path}' cannot be used: another Availsync may be running on it, or it is not writable.",
                exception);
        }
    }

    public void Dispose() => _lock.Dispose();
}
