using System.Globalization;

namespace Availsync.Accounting;

/// <summary>A calendar month in UTC: for so long API calls are counted together.</summary>
internal readonly record struct BillingPeriod(DateTimeOffset Start)
{
    /// <summary>The first moment that belongs to the next one.</summary>
    public DateTimeOffset End => Start.AddMonths(1);

    public BillingPeriod Previous => new(Start.AddMonths(-1));

    public static BillingPeriod At(DateTimeOffset time) =>
        new(new DateTimeOffset(time.UtcDateTime.Year, time.UtcDateTime.Month, 1, 0, 0, 0, TimeSpan.Zero));

    /// <summary><c>2026-11</c>.</summary>
    public override string ToString() => Start.ToString("yyyy-MM", CultureInfo.InvariantCulture);
}
