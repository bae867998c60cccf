namespace Availsync.System.Tests.Targets;

/// <summary>The kinds of place where something may have been kept.</summary>
internal enum KeptIn
{
    /// <summary>What the services have written to their consoles.</summary>
    Logs,

    /// <summary>A file of a service's or a server's data.</summary>
    Files,

    /// <summary>A table, read through the database.</summary>
    Tables,
}

/// <summary>A place, and all that is there.</summary>
internal sealed record Kept(KeptIn Kind, string Place, Stream Content) : IDisposable
{
    public void Dispose() => Content.Dispose();

    /// <summary>Every file below a folder. What goes away while it is being read has not been kept.</summary>
    /// <param name="but">The name of a file that is held by its owner alone, and empty.</param>
    public static IEnumerable<Kept> FilesBelow(string folder, string? but = null)
    {
        foreach (var file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
        {
            if (Path.GetFileName(file) == but) continue;
            FileStream content;
            try
            {
                content = new FileStream(
                    file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            }
            catch (FileNotFoundException)
            {
                continue;
            }

            yield return new Kept(KeptIn.Files, file, content);
        }
    }
}
