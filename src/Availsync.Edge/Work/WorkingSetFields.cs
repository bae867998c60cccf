using System.Text.Json;
using Availsync.Contracts;
using Availsync.Http;

namespace Availsync.Edge.Work;

/// <summary>A declaration of files in a body.</summary>
internal static class WorkingSetFields
{
    private const int LeaseSecondsMin = 30;

    /// <summary>The declaration; not to be used where the fields have a mistake.</summary>
    public static WorkingSetDeclaration Read(Fields fields) => new(
        fields.Choice<AccessMode>("mode", required: true) ?? AccessMode.Read,
        ReadPaths(fields),
        fields.Whole("lease_seconds", LeaseSecondsMin, LeaseDuration.SecondsMax),
        fields.Choice<WorkingSetOperation>("operation") ?? WorkingSetOperation.Replace,
        ResourceField.ReadWhole(fields));

    /// <summary>The declaration inside of an extension, or null where there is none.</summary>
    public static WorkingSetDeclaration? ReadPart(Fields fields, ClaimId claimId)
    {
        if (fields.Find("working_set") is not { } value) return null;
        if (value.ValueKind != JsonValueKind.Object)
        {
            fields.Wrong("working_set", "Must be an object.");
            return null;
        }

        var part = new Fields(value, "working_set.");
        if (part.Id("claim_id") is { } named && named != claimId.Value)
            part.Wrong("claim_id", "Names another claim than the one that is extended.");
        var declaration = Read(part);
        fields.Take(part);
        return declaration;
    }

    private static List<PathPattern> ReadPaths(Fields fields)
    {
        var paths = new List<PathPattern>();
        if (fields.Find("paths") is not { } value)
        {
            fields.Wrong("paths", "Is required.");
            return paths;
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() is < 1 or > WorkingSet.PathsMax)
        {
            fields.Wrong("paths", $"Must be a list of 1 to {WorkingSet.PathsMax} paths.");
            return paths;
        }

        var seen = new HashSet<PathPattern>();
        foreach (var (index, item) in value.EnumerateArray().Index())
        {
            if (item.ValueKind != JsonValueKind.String) fields.Wrong($"paths[{index}]", "Must be a string.");
            else if (!PathPattern.TryParse(item.GetString(), out var path, out var error))
                fields.Wrong($"paths[{index}]", error);
            else if (seen.Add(path)) paths.Add(path);
        }

        return paths;
    }
}
