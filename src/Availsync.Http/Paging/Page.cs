using System.Globalization;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Availsync.Http;

/// <summary>Which part of a list is asked for.</summary>
/// <param name="Limit">1 to 200; a larger wish is taken as 200.</param>
/// <param name="Offset">0 or more.</param>
public sealed record Page(int Limit, int Offset)
{
    private const int LimitDefault = 100;
    private const int LimitMax = 200;

    /// <summary>
    /// Reads <c>limit</c> and <c>offset</c> from the query and adds what is wrong with them to <paramref
    /// name="errors"/>.
    /// </summary>
    public static Page Read(IQueryCollection query, ICollection<FieldError> errors)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(errors);
        var limit = Number(query, "limit", 1, LimitDefault, errors);
        var offset = Number(query, "offset", 0, 0, errors);
        return new Page((int)Math.Min(limit, LimitMax), (int)Math.Min(offset, int.MaxValue));
    }

    /// <summary>The <c>pagination</c> member of the answer.</summary>
    public Pagination Of(long total) => new(Limit, Offset, total, Offset + (long)Limit < total);

    /// <summary>
    /// The same for a list that is too long to be counted: it goes on behind this page or not, and is at least so long.
    /// </summary>
    public Pagination OfAtLeast(long total, bool hasMore) =>
        new(Limit, Offset, total, hasMore) { TotalIsEstimate = true };

    private static long Number(
        IQueryCollection query, string name, int min, int fallback, ICollection<FieldError> errors)
    {
        if (!query.TryGetValue(name, out var given)) return fallback;
        if (given is [{ } text] && IsWhole(text, out var number) && number >= min) return number;
        errors.Add(new FieldError(name, $"Must be a whole number of at least {min}."));
        return fallback;
    }

    private static bool IsWhole(string text, out long number)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)) return true;
        number = long.MaxValue; // Digits beyond 64 bits are still a number, only a very large one.
        return text.Length > 0 && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
    }
}

/// <summary>Where a page stands in its list.</summary>
/// <param name="Total">How many there are in all.</param>
/// <param name="HasMore">Whether there are more behind this page.</param>
public sealed record Pagination(int Limit, int Offset, long Total, bool HasMore)
{
    /// <summary>Whether the list is longer than was counted; told only where it is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TotalIsEstimate { get; init; }
}
