using System.Text.RegularExpressions;
using Availsync.System.Tests.Targets;

namespace Availsync.System.Tests.Deployment;

/// <summary>What docker-compose.yml must never lose; a machine without containers can hold it to that.</summary>
public sealed partial class ComposeFileTests
{
    private static readonly string[] Own = ["edge", "arbiter", "accounting"];
    private readonly ComposeFile _file = ComposeFile.Read();

    public static TheoryData<string> Services => [.. ComposeFile.Read().Services];

    [Fact]
    public void The_whole_of_it_is_there()
    {
        Assert.Equal(["accounting", "arbiter", "door", "edge", "postgres", "rabbitmq"], _file.Services.Order());
        Assert.Equal("2", _file.Text("services", "edge", "deploy", "replicas"));
        Assert.Equal("2", _file.Text("services", "arbiter", "deploy", "replicas"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_container_has_no_rights_that_it_does_not_need(string service)
    {
        Assert.Equal("true", _file.Text("services", service, "read_only"));
        Assert.Equal("ALL", Assert.Single(_file.List("services", service, "cap_drop")));
        Assert.Null(_file.Find("services", service, "cap_add"));
        Assert.Null(_file.Find("services", service, "privileged"));
        Assert.Contains("no-new-privileges:true", _file.List("services", service, "security_opt"));
        Assert.DoesNotContain(
            _file.List("services", service, "volumes"), v => ((string)v!).Contains("docker.sock", StringComparison.Ordinal));
    }

    /// <summary>The file names the user of images made by others; those of the project name their own.</summary>
    [Theory]
    [MemberData(nameof(Services))]
    public void Nothing_runs_as_root(string service)
    {
        var user = Own.Contains(service) ? UserOf(service) : _file.Text("services", service, "user");
        Assert.NotEmpty(user);
        Assert.DoesNotMatch("^(root|0)(:|$)", user);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Whether_it_works_is_asked(string service)
    {
        if (Own.Contains(service)) Assert.Matches(@"(?m)^HEALTHCHECK .*CMD \[""healthy""\]", Dockerfile());
        else Assert.NotEmpty(_file.List("services", service, "healthcheck", "test"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Whoever_it_needs_is_waited_for_until_healthy(string service) => Assert.All(
        _file.Map("services", service, "depends_on").Keys,
        other => Assert.Equal("service_healthy", _file.Text("services", service, "depends_on", other, "condition")));

    [Fact]
    public void Only_the_door_has_a_port_and_that_on_loopback()
    {
        Assert.Equal("door", Assert.Single(_file.Services, s => _file.Find("services", s, "ports") is not null));
        var port = Assert.Single(_file.List("services", "door", "ports"));
        Assert.StartsWith("${AVAILSYNC_ADDRESS:-127.0.0.1}:", Assert.IsType<string>(port), StringComparison.Ordinal);
        Assert.All(_file.Services, s => Assert.Null(_file.Find("services", s, "network_mode")));
    }

    [Fact]
    public void Whoever_has_no_business_with_the_database_does_not_reach_it()
    {
        Assert.Equal(["accounting", "arbiter", "postgres"], On("data"));
        Assert.Equal(["accounting", "arbiter", "edge", "rabbitmq"], On("bus"));
        Assert.Equal(["door", "edge"], On("door"));
        Assert.Equal("true", _file.Text("networks", "data", "internal"));
        Assert.Equal("true", _file.Text("networks", "bus", "internal"));

        IEnumerable<string> On(string network) => _file.Services
            .Where(s => _file.List("services", s, "networks").Contains(network)).Order();
    }

    [Fact]
    public void What_can_be_scaled_has_no_name_and_no_port_of_its_own()
    {
        foreach (var service in new[] { "edge", "arbiter" })
        {
            Assert.Null(_file.Find("services", service, "container_name"));
            Assert.Null(_file.Find("services", service, "hostname"));
            Assert.Null(_file.Find("services", service, "ports"));
            Assert.Null(_file.Find("services", service, "volumes"));
        }
    }

    [Fact]
    public void Passwords_are_files_and_nowhere_else()
    {
        Assert.DoesNotContain(_file.Texts(), t => IsPassword(t.Path, t.Text));
        Assert.Equal(
            ["internal_signing_key", "postgres_password", "rabbitmq_password"], _file.Map("secrets").Keys.Order());
        Assert.All(_file.Map("secrets").Keys, s => Assert.Equal($"secrets/{s}", _file.Text("secrets", s, "file")));
        Assert.Contains("/secrets/", File.ReadAllLines(Path.Combine(Checkout.Root, ".gitignore")));
        Assert.DoesNotContain(
            "secrets", File.ReadAllText(Path.Combine(Checkout.Root, "docker/Dockerfile.dockerignore")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_gets_the_secrets_that_it_needs_under_the_names_of_its_settings()
    {
        Assert.Equal(["internal_signing_key", "rabbitmq_password"], _file.Sources("services", "edge", "secrets").Order());
        Assert.Equal(["postgres_password", "rabbitmq_password"], _file.Sources("services", "arbiter", "secrets").Order());
        Assert.Empty(_file.Sources("services", "door", "secrets"));
        foreach (var service in Own)
        {
            Assert.Equal("/run/secrets", _file.Text("services", service, "environment", "Secrets__Path"));
            Assert.Contains(
                _file.List("services", service, "secrets").Cast<Dictionary<string, object?>>(),
                s => (string)s["target"]! == "Bus__Password");
        }
    }

    [Theory]
    [InlineData("services: {a: {environment: {Bus__Password: hunter2}}}")]
    [InlineData("services: {a: {environment: {POSTGRES_PASSWORD: '${POSTGRES_PASSWORD:-postgres}'}}}")]
    [InlineData("services: {a: {environment: {X: 'Host=h;Password=p'}}}")]
    [InlineData("services: {a: {environment: ['RABBITMQ_DEFAULT_PASS=guest']}}")]
    public void A_password_in_the_file_is_found(string text) =>
        Assert.Contains(ComposeFile.Parse(text).Texts(), t => IsPassword(t.Path, t.Text));

    [Fact]
    public void What_is_merged_in_counts()
    {
        var file = ComposeFile.Parse("x: &x {read_only: true, tmpfs: [/tmp]}\nservices: {a: {<<: *x, tmpfs: [/run]}}");
        Assert.Equal("true", file.Text("services", "a", "read_only"));
        Assert.Equal(["/run"], file.List("services", "a", "tmpfs"));
    }

    /// <summary>By the name of the setting or by what stands in it; a path to a file is none.</summary>
    private static bool IsPassword(string path, string text) =>
        (path.Contains("/environment/", StringComparison.Ordinal) && SecretName().IsMatch(path))
        || SecretInText().IsMatch(text);

    private static string Dockerfile() => File.ReadAllText(Path.Combine(Checkout.Root, "docker/Dockerfile"));

    /// <summary>The last USER of the stage, or of the stages it is made from.</summary>
    private static string UserOf(string stage)
    {
        var lines = Dockerfile().Split('\n');
        var user = "";
        for (var inside = false; ;)
        {
            string? from = null;
            foreach (var line in lines)
            {
                if (StageLine().Match(line) is { Success: true } start)
                {
                    inside = start.Groups["name"].Value == stage;
                    if (inside) from = start.Groups["from"].Value;
                }
                else if (inside && line.StartsWith("USER ", StringComparison.Ordinal))
                {
                    user = line["USER ".Length..].Trim();
                }
            }

            if (user.Length > 0 || from is null) return user;
            stage = from;
            inside = false;
        }
    }

    [GeneratedRegex(@"^FROM (?<from>\S+)( AS (?<name>\S+))?$")]
    private static partial Regex StageLine();

    [GeneratedRegex(@"(pass|password|secret|signingkey|key)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex(@"(password|pass|pwd)\s*=\s*(?!""?\$\$\()[^;\s]", RegexOptions.IgnoreCase)]
    private static partial Regex SecretInText();
}
