using System.Net.Sockets;
using System.Reflection;

namespace Availsync.Contract.Tests;

/// <summary>Where the things to be tested lie, as the build has written it down.</summary>
internal static class Repository
{
    public static string Root { get; } = Built("RepositoryRoot");

    public static string Configuration { get; } = Built("Configuration");

    /// <summary>The <c>dotnet</c> that runs the tests runs the product too.</summary>
    public static string Dotnet { get; } = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>A new folder for one server's data.</summary>
    public static string Scratch() => Directory.CreateTempSubdirectory("availsync-contract-").FullName;

    /// <summary>A loopback port that nobody listens on.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Built(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
