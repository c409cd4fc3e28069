using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Settings;

/// <summary>The parameters of an object transfer, read and checked once.</summary>
/// <param name="Source">Where objects come from.</param>
/// <param name="Destination">Where they go.</param>
/// <param name="SourcePrefix">Only keys that start with it are in scope; it stays part of the destination's keys.</param>
/// <param name="DestinationPrefix">Put before every key, with a trailing slash; empty for none.</param>
/// <param name="SkipCompare">Whether everything is copied without listing the destination.</param>
/// <param name="IncludeMetadata">Whether metadata is copied.</param>
/// <param name="Attributes">How objects are stored at the destination, without their metadata.</param>
/// <param name="Workers">Number of concurrent units of work.</param>
/// <param name="Prefixes">
/// The list of the prefixes of the keys that are in scope, instead of <paramref name="SourcePrefix"/>, which is empty then; or null.
/// </param>
sealed record ObjectTransferSettings(
    StoreLocation Source,
    StoreLocation Destination,
    string SourcePrefix,
    string DestinationPrefix,
    bool SkipCompare,
    bool IncludeMetadata,
    ObjectAttributes Attributes,
    int Workers,
    PrefixListFile? Prefixes = null)
{
    /// <summary>The destination key of a source key.</summary>
    public string DestinationKey(string key) => DestinationPrefix + key;

    /// <summary>What is stored with the copy of an object.</summary>
    public ObjectAttributes AttributesFor(ObjectHead head) => IncludeMetadata ? Attributes with { Metadata = head.Metadata } : Attributes;
}
