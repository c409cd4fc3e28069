using System.Text.Json;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Runs;

namespace DataTransferHub.Objects.Units;

/// <summary>One object that is to be copied, in the version that was listed.</summary>
/// <param name="Key">Its key in the source.</param>
/// <param name="Size">Bytes.</param>
/// <param name="ETag">Its ETag without quotes.</param>
sealed record CopyItem(string Key, long Size, string ETag)
{
    public static CopyItem Of(ListedObject listed) => new(listed.Key, listed.Size, listed.ETag);

    /// <summary>The item that failed in an earlier run.</summary>
    public static CopyItem Of(FailedItem failed)
    {
        var version = JsonSerializer.Deserialize<ItemVersion>(failed.Version);
        return new CopyItem(failed.Key, version?.Size ?? failed.Size, version?.ETag ?? "");
    }

    /// <summary>The record of its failure.</summary>
    public FailedItem Fail(int attempts, string error) =>
        new(Key, JsonSerializer.Serialize(new ItemVersion(Size, ETag)), Size, attempts, error);

    sealed record ItemVersion(long Size, string ETag);
}
