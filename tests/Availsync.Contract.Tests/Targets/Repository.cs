using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;

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

    /// <summary>
    /// A loopback port that nobody listens on, below the range that the system hands out by itself: else a listener on
    /// any free port, such as Standalone's own accounting, could be given it before the server that it is meant for.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(20_000, 32_000);
            using var listener = new TcpListener(IPAddress.Loopback, port);
            try
            {
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Taken: the next one.
            }
        }
    }

    private static string Built(string key) =>
        typeof(Repository).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
