using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DataTransferHub.Engine.Replay;

/// <summary>Identifiers that are the same on every replay: version 5 UUIDs of instance, time and counter.</summary>
static class DeterministicGuid
{
    // Fixed by the Durable Task Framework; histories depend on it.
    static readonly byte[] Namespace = new Guid("9e952958-5e33-4daf-827f-2fa12937b875").ToByteArray(bigEndian: true);

    public static Guid Create(string instanceId, DateTime utcNow, int counter)
    {
        var name = Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{instanceId}_{utcNow:o}_{counter}"));
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData([.. Namespace, .. name], hash);
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
