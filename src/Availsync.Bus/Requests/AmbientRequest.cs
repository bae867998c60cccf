namespace Availsync.Bus.Requests;

/// <summary>
/// The call on whose behalf this flow of execution works. Requests on the bus carry its id along, and what their
/// responders log has it as <c>request_id</c>.
/// </summary>
public static class AmbientRequest
{
    internal const string Header = "request_id";

    private static readonly AsyncLocal<string?> Current = new();

    /// <summary>The <c>X-Request-Id</c> of the call; null where there is none.</summary>
    public static string? Id
    {
        get => Current.Value;
        set => Current.Value = value;
    }
}
