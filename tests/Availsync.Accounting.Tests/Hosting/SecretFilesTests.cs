using Availsync.Http;
using Microsoft.Extensions.Configuration;

namespace Availsync.Accounting.Tests;

public sealed class SecretFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("availsync-secrets-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_file_is_the_setting_of_its_name_and_goes_first()
    {
        File.WriteAllText(Path.Combine(_folder, "Bus__Password"), "from a file\n");
        var settings = Read(("Secrets:Path", _folder), ("Bus:Password", "from elsewhere"), ("Bus:Host", "rabbitmq"));
        Assert.Equal(("from a file", "rabbitmq"), (settings["Bus:Password"], settings["Bus:Host"]));
    }

    [Fact]
    public void Without_a_folder_nothing_is_read()
    {
        File.WriteAllText(Path.Combine(_folder, "Bus__Password"), "from a file");
        Assert.Equal("from elsewhere", Read(("Bus:Password", "from elsewhere"))["Bus:Password"]);
    }

    [Fact]
    public async Task A_folder_that_is_missing_is_told_in_a_line()
    {
        var missing = Path.Combine(_folder, "missing");
        var lines = new StringWriter();
        var exitCode = await WrongSettings.RunAsync(
            () => throw Assert.Throws<StartFailureException>(() => Read(("Secrets:Path", missing))), lines);
        Assert.Equal(1, exitCode);
        Assert.Equal($"Secrets:Path is {missing}, and there is no such folder.", lines.ToString().Trim());
    }

    private static IConfigurationRoot Read(params (string Key, string Value)[] settings) => new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => new KeyValuePair<string, string?>(s.Key, s.Value)))
        .AddSecretFiles()
        .Build();
}
