using System.Globalization;

namespace Availsync.Contract.Tests;

/// <summary>How tests ask for windows: by minutes from a moment on that all tests of one class share.</summary>
internal static class Holder
{
    /// <summary>Tomorrow, in whole seconds: far enough from now for every test.</summary>
    public static readonly DateTimeOffset Day = DateTimeOffset.FromUnixTimeSeconds(
        TimeProvider.System.GetUtcNow().AddDays(1).ToUnixTimeSeconds());

    public static string NewCalendar() => $"calendar:{Unique.Name()}";

    /// <summary>A time as it is sent and shown.</summary>
    public static string At(double minutes) => Text(Day.AddMinutes(minutes));

    public static string Text(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static Task<Answer> PlaceAsync(
        this Agent agent, string resource, double from, double to, int? ttl_seconds = null, int? priority = null) =>
        agent.PostAsync(
            "/v1/holds", new { resource, starts_at = At(from), ends_at = At(to), ttl_seconds, priority });

    /// <summary>Places a hold that has to be granted, and says what it is.</summary>
    public static async Task<JsonElement> PlacedAsync(
        this Agent agent, string resource, double from, double to, int? ttl_seconds = null, int? priority = null) =>
        (await agent.PlaceAsync(resource, from, to, ttl_seconds, priority)).Expect(201, "held")["hold"];

    public static Task<Answer> ConfirmAsync(this Agent agent, JsonElement hold) =>
        agent.Client.PostAsync($"/v1/holds/{hold.At("id").Text()}/confirm");

    public static Task<Answer> ReleaseAsync(this Agent agent, JsonElement hold) =>
        agent.Client.DeleteAsync($"/v1/holds/{hold.At("id").Text()}");

    public static async Task<JsonElement> ReadHoldAsync(this Agent agent, JsonElement hold) =>
        (await agent.GetAsync($"/v1/holds/{hold.At("id").Text()}")).Expect(200)["hold"];

    public static Task<Answer> CheckAsync(this Agent agent, string resource, double from, double to) =>
        agent.PostAsync("/v1/availability/check", new { resource, starts_at = At(from), ends_at = At(to) });

    /// <summary>The windows of a list, in minutes.</summary>
    public static (double From, double To)[] Windows(this JsonElement list) =>
    [
        .. list.EnumerateArray().Select(w => (
            (w.At("starts_at").Time() - Day).TotalMinutes, (w.At("ends_at").Time() - Day).TotalMinutes)),
    ];
}
