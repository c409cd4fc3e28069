using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.S3;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>Parameters of a task that are only read: no store is opened.</summary>
static class Parameters
{
    public static ObjectTransferSettings Read(IReadOnlyDictionary<string, string> parameters)
    {
        var options = Options.Create(new ObjectOptions());
        using var transport = new S3Transport(options.Value);
        var provider = new S3StoreProvider(new MemoryVault(), transport, options, TimeProvider.System);
        return new SettingsReader(new StoreFactory([provider])).Read(parameters);
    }

    /// <summary>A location that is a bucket.</summary>
    public static S3Location Bucket(this StoreLocation location) => (S3Location)location;
}
