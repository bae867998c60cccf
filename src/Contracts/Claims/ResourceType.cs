using System.Text.Json.Serialization;

namespace Availsync.Contracts;

/// <summary>What kind of thing a claim is on. On the wire <c>repo</c> and <c>project</c>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ResourceType>))]
public enum ResourceType
{
    /// <summary>A repository; its key is canonical and case-insensitive.</summary>
    [JsonStringEnumMemberName("repo")]
    Repo,

    /// <summary>
    /// Anything else with a name; its key is case-sensitive. <c>owner/repo#name</c> is a part of that repo.
    /// </summary>
    [JsonStringEnumMemberName("project")]
    Project,
}
