using System.Text;

namespace Availsync.Contract.Tests;

/// <summary>
/// The check of a key, written from the contract alone: CRC-32 (IEEE 802.3) of all before it, in base62.
/// </summary>
internal static class KeyForm
{
    private const string Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string WithCheck(string body) => body + Check(body);

    public static string Check(string body)
    {
        var crc = uint.MaxValue;
        foreach (var octet in Encoding.ASCII.GetBytes(body))
        {
            crc ^= octet;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) == 1 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
        }

        crc = ~crc;
        var check = new char[6];
        for (var i = 5; i >= 0; i--, crc /= 62) check[i] = Digits[(int)(crc % 62)];
        return new string(check);
    }
}
