using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Outside;

/// <summary>The examples in one language, made ready to run, so that the checkout stays as it is.</summary>
internal sealed class Example : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("availsync-example-").FullName;
    private readonly string _interpreter;
    private readonly Dictionary<string, string> _environment;

    private Example(string language, string interpreter, string key)
    {
        _interpreter = interpreter;
        var source = Path.Combine(Checkout.Root, "examples", "bus", language);
        foreach (var file in Directory.EnumerateFiles(source))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        _environment = new Dictionary<string, string> { ["AVAILSYNC_KEY"] = key, ["PYTHONDONTWRITEBYTECODE"] = "1" };
    }

    /// <summary>A scratch file of the test's own.</summary>
    public string Scratch(string name) => Path.Combine(_folder, name);

    /// <summary>Python with pika, or Node with what <c>npm ci</c> installs.</summary>
    public static async Task<Example> OfAsync(string language, Uri address, string key)
    {
        var example = language switch
        {
            "python" => new Example(language, "/usr/bin/python3", key),
            _ => new Example(language, "node", key),
        };
        await example.RequireAsync(language);
        var file = example.Scratch("address");
        await File.WriteAllTextAsync(file, address + "\n");
        example._environment["AVAILSYNC_BUS_FILE"] = file;
        return example;
    }

    /// <summary>Starts one of its programs, which have the same names in every language but for their ends.</summary>
    public ServerProcess Run(string program, params string[] arguments) => ServerProcess.Start(
        _folder, _environment, _interpreter,
        [_interpreter == "node" ? program + ".mjs" : program.Replace('-', '_') + ".py", .. arguments]);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private async Task RequireAsync(string language)
    {
        var (exit, said) = language == "python"
            ? await ShellAsync($"{_interpreter} -c 'import pika'")
            : await ShellAsync("node --version && npm ci --no-audit --no-fund --ignore-scripts");
        if (exit == 0) return;
        var missing = $"The example in {language} cannot run here:\n{said}";
        Assert.SkipUnless(Environment.GetEnvironmentVariable("CI") is "true" or "1", missing);
        Assert.Fail(missing);
    }

    private async Task<(int Exit, string Output)> ShellAsync(string command)
    {
        using var shell = ServerProcess.Start(_folder, _environment, "bash", "-c", command);
        using var over = new CancellationTokenSource(TimeSpan.FromMinutes(2), Target.Clock);
        return (await shell.ExitAsync(over.Token), shell.Output);
    }
}
