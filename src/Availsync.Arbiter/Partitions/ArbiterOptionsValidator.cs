using Microsoft.Extensions.Options;

namespace Availsync.Arbiter.Partitions;

/// <summary>What the settings of an arbiter have to do with each other.</summary>
internal sealed class ArbiterOptionsValidator(IOptions<PartitionOptions> partitions) : IValidateOptions<ArbiterOptions>
{
    /// <summary>So that a renewal or two may fail, and the lease is not over.</summary>
    private const int RenewalsInALease = 3;

    public ValidateOptionsResult Validate(string? name, ArbiterOptions options)
    {
        var failures = Failures(options).ToList();
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(ArbiterOptions options)
    {
        if (options.OwnershipLeaseSeconds < options.OwnershipRenewalSeconds * RenewalsInALease)
        {
            yield return "Arbiter:OwnershipLeaseSeconds must be at least three times Arbiter:OwnershipRenewalSeconds.";
        }

        if (string.IsNullOrWhiteSpace(options.Partitions)) yield break;
        var last = partitions.Value.Count - 1;
        if (PinnedPartitions.TryParse(options.Partitions) is not { } pinned)
            yield return $"Arbiter:Partitions is '{options.Partitions}'; it must be numbers and ranges such as 0-7,9.";
        else if (pinned.Max > last)
            yield return $"Arbiter:Partitions names {pinned.Max}, but the last partition is {last}.";
    }
}
