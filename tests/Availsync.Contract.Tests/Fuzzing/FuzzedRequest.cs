using System.Globalization;
using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>One request that need not make sense.</summary>
internal sealed record FuzzedRequest(
    string Method, string Path, IReadOnlyList<(string Name, string Value)> Headers, byte[]? Body)
{
    public HttpRequestMessage ToMessage(Uri address)
    {
        // As it is: the client would tidy up dots, slashes and escapes that the server should see.
        var uri = new Uri(
            address.GetLeftPart(UriPartial.Authority) + Path,
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        var message = new HttpRequestMessage(new HttpMethod(Method), uri);
        if (Body is not null) message.Content = new ByteArrayContent(Body);
        foreach (var (name, value) in Headers)
        {
            if (!name.StartsWith("Content-", StringComparison.Ordinal))
                message.Headers.TryAddWithoutValidation(name, value);
            else message.Content?.Headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    public override string ToString()
    {
        var text = new StringBuilder().Append(CultureInfo.InvariantCulture, $"{Method} {Path}\n");
        foreach (var (name, value) in Headers) text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\n");
        if (Body is null) return text.ToString();
        var shown = Body.AsSpan(0, Math.Min(Body.Length, 2000));
        return text.Append(
            CultureInfo.InvariantCulture, $"\n{Encoding.UTF8.GetString(shown)}\n({Body.Length} bytes)").ToString();
    }
}
