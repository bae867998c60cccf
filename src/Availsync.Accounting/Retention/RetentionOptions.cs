using System.ComponentModel.DataAnnotations;

namespace Availsync.Accounting;

/// <summary>How long history is kept: the section <c>Retention</c>. Days from 0 to 36 500; 0 keeps for ever.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";
    private const int DaysMax = 36_500;

    /// <summary>Calls of agents.</summary>
    [Range(0, DaysMax)]
    public int ActivityDays { get; set; } = 90;

    /// <summary>Facts of governance.</summary>
    [Range(0, DaysMax)]
    public int AuditDays { get; set; } = 365;

    /// <summary>Single reports of tokens and cost. Their sums stay.</summary>
    [Range(0, DaysMax)]
    public int UsageDays { get; set; } = 400;
}
