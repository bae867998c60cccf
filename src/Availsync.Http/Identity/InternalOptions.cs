using System.Buffers.Text;

namespace Availsync.Http;

/// <summary>What edge and accounting share: the section <c>Internal</c> of the configuration.</summary>
public sealed class InternalOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Internal";

    /// <summary>The fewest bytes a key has.</summary>
    public const int KeyBytesMin = 32;

    /// <summary>Signs the identity header between edge and accounting; base64 of 32 random bytes or more.</summary>
    public string SigningKey { get; set; } = "";

    /// <summary>The key's bytes; empty where the text is no base64.</summary>
    public byte[] SigningKeyBytes() => Base64.IsValid(SigningKey) ? Convert.FromBase64String(SigningKey) : [];
}
