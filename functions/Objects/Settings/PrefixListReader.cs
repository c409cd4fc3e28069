using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using static DataTransferHub.Objects.Settings.ObjectParameters;

namespace DataTransferHub.Objects.Settings;

/// <summary>Reads the parameters of a list of prefixes.</summary>
static class PrefixListReader
{
    /// <summary>Where the list is; null if the task has none.</summary>
    public static PrefixListFile? Read(
        StoreFactory stores, StoreLocation source, StoreLocation destination, string sourcePrefix, ParameterReader parameters)
    {
        var key = parameters.Raw(SrcPrefixsListFile);
        if (key.Length == 0)
            return null;
        if (sourcePrefix.Length > 0)
        {
            parameters.Fault(
                SrcPrefix,
                $"The list in {SrcPrefixsListFile} would replace it. Omit it and write whole prefixes into the list, or omit the list.");
        }

        var isElsewhere = parameters.Has(SrcPrefixListBucket);
        return new PrefixListFile(isElsewhere ? stores.ReadListLocation(source, destination, parameters) : source, key);
    }
}
