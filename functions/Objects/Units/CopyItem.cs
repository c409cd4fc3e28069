using System.Text.Json;
using System.Text.Json.Serialization;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>One object to copy, in the listed version.</summary>
/// <param name="Key">Its key in the source.</param>
/// <param name="Size">Size in bytes.</param>
/// <param name="Version">Its version. The JSON name is that of version 0.1.0.</param>
/// <param name="Checksum">The listed checksum, or null.</param>
sealed record CopyItem(
    string Key, long Size, [property: JsonPropertyName("ETag")] ObjectVersion Version, Checksum? Checksum = null)
{
    public static CopyItem Of(ListedObject listed) => new(listed.Key, listed.Size, listed.Version, listed.Checksum);

    /// <summary>The item that failed in an earlier run.</summary>
    public static CopyItem Of(FailedItem failed)
    {
        var version = JsonSerializer.Deserialize<ItemVersion>(failed.Version);
        return new CopyItem(failed.Key, version?.Size ?? failed.Size, version?.Version ?? ObjectVersion.Unknown, version?.Checksum);
    }

    /// <summary>The record of its failure.</summary>
    public FailedItem Fail(int attempts, string error) =>
        new(Key, JsonSerializer.Serialize(new ItemVersion(Size, Version, Checksum)), Size, attempts, error);

    sealed record ItemVersion(long Size, [property: JsonPropertyName("ETag")] ObjectVersion Version, Checksum? Checksum = null);
}
