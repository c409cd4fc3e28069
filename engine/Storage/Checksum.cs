using System.IO.Hashing;

namespace DataTransferHub.Engine.Storage;

/// <summary>Detects damage of packed rows that the disk did not report.</summary>
static class Checksum
{
    /// <summary>Stands, with no data, for data that were lost with a damaged page. It is not the checksum of no data.</summary>
    public const long LostMark = 0;

    public static long Of(ReadOnlySpan<byte> data) => unchecked((long)XxHash64.HashToUInt64(data));

    /// <exception cref="CorruptRowException">The data are not those the checksum was made of.</exception>
    public static byte[] Verify(byte[] data, long checksum, string what)
    {
        if (Of(data) == checksum)
            return data;
        throw data.Length == 0 && checksum == LostMark
            ? CorruptRowException.Lost(what)
            : new CorruptRowException($"{what} does not match its checksum");
    }
}
