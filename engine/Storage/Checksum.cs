using System.IO.Hashing;

namespace DataTransferHub.Engine.Storage;

/// <summary>Detects damage of packed rows that the disk did not report.</summary>
static class Checksum
{
    public static long Of(ReadOnlySpan<byte> data) => unchecked((long)XxHash64.HashToUInt64(data));

    /// <exception cref="CorruptRowException">The data are not those the checksum was made of.</exception>
    public static byte[] Verify(byte[] data, long checksum, string what) =>
        Of(data) == checksum ? data : throw new CorruptRowException($"{what} does not match its checksum");
}
