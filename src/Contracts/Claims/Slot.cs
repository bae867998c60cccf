using System.IO.Hashing;
using System.Text;

namespace Availsync.Contracts;

/// <summary>
/// One of 4096 buckets into which every root of every workspace falls. All that concerns one root is decided in the
/// partition that owns its slot, one command after the other.
/// </summary>
/// <param name="Value">0 to 4095.</param>
public readonly record struct Slot(int Value)
{
    /// <summary>The number of slots. It is part of every claim id and never changes.</summary>
    public const int Count = 4096;

    /// <summary>
    /// The slot of a root: XxHash3 over the workspace id (big-endian) and the root in UTF-8, modulo <see
    /// cref="Count"/>.
    /// Stable for ever: stored claim ids carry it.
    /// </summary>
    public static Slot Of(Guid orgId, string root)
    {
        ArgumentNullException.ThrowIfNull(root);
        var length = 16 + Encoding.UTF8.GetByteCount(root);
        Span<byte> bytes = length <= 512 ? stackalloc byte[length] : new byte[length];
        orgId.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(root, bytes[16..]);
        return new Slot((int)(XxHash3.HashToUInt64(bytes) % Count));
    }

    /// <summary>The partition of this slot among <paramref name="partitions"/> (1 or more).</summary>
    public int Partition(int partitions) => Value % partitions;
}
