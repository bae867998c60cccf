namespace Availsync.Accounting;

/// <summary>Where secrets are shown: the console itself, since logs are kept and shipped.</summary>
internal sealed class Output(TextWriter writer)
{
    public async Task PrintAsync(string text)
    {
        await writer.WriteAsync(text);
        await writer.FlushAsync();
    }
}
