using System.Text.Json;
using Availsync.Contracts;
using CsCheck;

namespace Availsync.Decisions.Tests;

public sealed class ResourceRefTests
{
    [Theory]
    [InlineData("Owner/Repo", "Owner/Repo")]
    [InlineData("  Owner/Repo ", "Owner/Repo")]
    [InlineData("https://github.com/Owner/Repo.git", "Owner/Repo")]
    [InlineData("https://github.com/Owner/Repo", "Owner/Repo")]
    [InlineData("http://github.com/Owner/Repo/", "Owner/Repo")]
    [InlineData("https://GitHub.com/Owner/Repo.git/", "Owner/Repo")]
    [InlineData("HTTPS://github.com//Owner//Repo//", "Owner/Repo")]
    [InlineData("https://www.github.com/Owner/Repo", "Owner/Repo")]
    [InlineData("https://user:p%40ss@github.com:443/Owner/Repo.git", "Owner/Repo")]
    [InlineData("https://github.com/Owner/Repo?tab=readme#usage", "Owner/Repo")]
    [InlineData("https://github.com/Owner/Repo/tree/main/src", "Owner/Repo")]
    [InlineData("git@github.com:Owner/Repo.git", "Owner/Repo")]
    [InlineData("git@github.com:/Owner/Repo.git", "Owner/Repo")]
    [InlineData("github.com:Owner/Repo.git", "Owner/Repo")]
    [InlineData("ssh://git@github.com/Owner/Repo.git", "Owner/Repo")]
    [InlineData("ssh://git@github.com:22/Owner/Repo.git", "Owner/Repo")]
    [InlineData("ssh://git@ssh.github.com:443/Owner/Repo.git", "Owner/Repo")]
    [InlineData("ssh://git@github.com:Owner/Repo.git", "Owner/Repo")]
    [InlineData("git://github.com/Owner/Repo.git", "Owner/Repo")]
    [InlineData("git+ssh://git@github.com/Owner/Repo.git", "Owner/Repo")]
    [InlineData("github.com/Owner/Repo", "Owner/Repo")]
    [InlineData("www.github.com/Owner/Repo.git", "Owner/Repo")]
    [InlineData("Owner/Repo.git", "Owner/Repo")]
    [InlineData("Owner/Repo/", "Owner/Repo")]
    [InlineData("git@github.com:123/Repo.git", "123/Repo")]
    [InlineData("https://gitlab.com/Owner/Repo.git", "gitlab.com/Owner/Repo")]
    [InlineData("git@gitlab.com:Group/Sub/Repo.git", "gitlab.com/Group/Sub/Repo")]
    [InlineData("ssh://git@git.example.com:2222/Owner/Repo.git", "git.example.com/Owner/Repo")]
    [InlineData("git.example.com:2222/Owner/Repo", "git.example.com/Owner/Repo")]
    [InlineData("git@git.example.com:2222/Owner/Repo.git", "git.example.com/Owner/Repo")]
    [InlineData("gitlab.com/Owner/Repo", "gitlab.com/Owner/Repo")]
    [InlineData("demo", "demo")]
    [InlineData("Demo Repo", "Demo Repo")]
    [InlineData("host:thing", "host:thing")]
    [InlineData("svn://example.com/Repo", "svn://example.com/Repo")]
    public void A_repo_key_is_shown_without_url_in_its_own_spelling(string key, string shown)
    {
        var repo = Repo(key);
        Assert.Equal(shown, repo.Key);
        Assert.Equal(shown.ToLowerInvariant(), repo.Canonical);
        Assert.Equal($"repo:{shown.ToLowerInvariant()}", repo.Root);
        Assert.Equal($"repo:{shown}", repo.ToString());
    }

    [Fact]
    public void Spellings_of_one_repo_are_one_resource()
    {
        string[] spellings =
            ["https://github.com/Owner/Repo.git", "git@github.com:Owner/Repo.git", "owner/repo", "OWNER/REPO"];
        Assert.Single(spellings.Select(Repo).Distinct());
        Assert.NotEqual(Repo("owner/repo"), Repo("gitlab.com/owner/repo"));
        Assert.NotEqual(Repo("owner/repo"), Project("owner/repo"));
        Assert.Equal(Repo("caf\u00E9/x"), Repo("CAFE\u0301/X"));
        Assert.Equal(Repo("\u03C3\u03C5\u03C2"), Repo("\u03A3\u03A5\u03A3"));
    }

    [Theory]
    [InlineData("deploy", "project:deploy")]
    [InlineData("Deploy", "project:Deploy")]
    [InlineData("owner/repo", "project:owner/repo")]
    [InlineData("demo#name", "project:demo#name")]
    [InlineData("owner/repo#", "project:owner/repo#")]
    [InlineData("#name", "project:#name")]
    [InlineData("Owner/Repo#Name", "repo:owner/repo")]
    [InlineData("Owner/Repo#a#b", "repo:owner/repo")]
    [InlineData("gitlab.com/Owner/Repo#name", "repo:gitlab.com/owner/repo")]
    [InlineData("https://github.com/Owner/Repo.git#name", "repo:owner/repo")]
    [InlineData("git@github.com:Owner/Repo.git#name", "repo:owner/repo")]
    public void A_project_key_stays_as_written_and_a_part_has_the_root_of_its_repo(string key, string root)
    {
        var project = Project(key);
        Assert.Equal(key, project.Key);
        Assert.Equal(key, project.Canonical);
        Assert.Equal(root, project.Root);
        Assert.Equal($"project:{key}", project.ToString());
    }

    [Fact]
    public void Project_keys_are_case_sensitive() => Assert.NotEqual(Project("deploy"), Project("Deploy"));

    [Theory]
    [InlineData(null, "empty")]
    [InlineData("", "empty")]
    [InlineData(" \t ", "empty")]
    [InlineData("a\u0007b", "control")]
    [InlineData("a\nb", "control")]
    [InlineData("https://github.com/", "names no repo")]
    [InlineData("https://gitlab.com", "names no repo")]
    [InlineData(".git", "names no repo")]
    public void A_refused_key_is_told_why(string? key, string reason)
    {
        Assert.False(ResourceRef.TryParse(ResourceType.Repo, key, out var resource, out var error));
        Assert.Null(resource);
        Assert.Contains(reason, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_lone_surrogate_is_refused()
    {
        Assert.False(ResourceRef.TryParse(ResourceType.Project, "a" + (char)0xD800, out _, out var error));
        Assert.Contains("surrogate", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ResourceType.Repo)]
    [InlineData(ResourceType.Project)]
    public void A_key_has_at_most_256_characters(ResourceType type)
    {
        var longest = string.Concat(Enumerable.Repeat("\U0001F600", 256));
        Assert.True(ResourceRef.TryParse(type, $" {longest} ", out var resource, out _));
        Assert.Equal(longest, resource.Key);
        Assert.False(ResourceRef.TryParse(type, longest + "a", out _, out var error));
        Assert.Contains("256", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("repo:git@github.com:Owner/Repo.git", "repo:Owner/Repo")]
    [InlineData("repo: owner/repo", "repo:owner/repo")]
    [InlineData("project:a:b", "project:a:b")]
    [InlineData(" project:x", "project:x")]
    public void Type_and_key_come_in_one_text(string text, string shown)
    {
        Assert.True(ResourceRef.TryParse(text, out var resource, out _));
        Assert.Equal(shown, resource.ToString());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("owner/repo")]
    [InlineData("Repo:owner/repo")]
    [InlineData("calendar:jane")]
    [InlineData("repo:")]
    public void A_text_without_type_or_key_is_refused(string? text)
    {
        Assert.False(ResourceRef.TryParse(text, out var resource, out var error));
        Assert.Null(resource);
        Assert.EndsWith(".", error, StringComparison.Ordinal);
    }

    [Fact]
    public void In_json_it_is_its_text()
    {
        var json = JsonSerializer.Serialize(Repo("https://github.com/Owner/Repo"));
        Assert.Equal("\"repo:Owner/Repo\"", json);
        Assert.Equal("Owner/Repo", JsonSerializer.Deserialize<ResourceRef>(json)!.Key);
        Assert.Equal("\"project\"", JsonSerializer.Serialize(ResourceType.Project));
        Assert.Equal(ResourceType.Repo, JsonSerializer.Deserialize<ResourceType>("\"repo\""));
    }

    [Fact]
    public void What_is_shown_is_read_as_the_same_resource_again()
    {
        var part = Gen.OneOf(
            "https://", "ssh://", "git@", "github.com", "www.github.com", "gitlab.com", "host", "/", "//", ":", "@",
            ":22/", "Owner", "Repo", ".git", "#", "?", "name", " ", ".", "É", "E\u0301", "123", "\u0345", "ß", "İ",
            "[", "]");
        var key = Gen.OneOf(part.Array[1, 9].Select(string.Concat), Gen.String);
        Gen.Select(Gen.Enum<ResourceType>(), key).Sample(
            (type, text) =>
            {
                if (!ResourceRef.TryParse(type, text, out var once, out var error)) return error.EndsWith('.');
                return ResourceRef.TryParse(once.ToString(), out var again, out _)
                    && again.Equals(once)
                    && again.Key == once.Key
                    && again.Root == once.Root;
            },
            iter: 50_000);
    }

    private static ResourceRef Repo(string key) => Read(ResourceType.Repo, key);

    private static ResourceRef Project(string key) => Read(ResourceType.Project, key);

    private static ResourceRef Read(ResourceType type, string key) =>
        ResourceRef.TryParse(type, key, out var resource, out var error)
            ? resource
            : throw new InvalidOperationException($"'{key}' is refused: {error}");
}
