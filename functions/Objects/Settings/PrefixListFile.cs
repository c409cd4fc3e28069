using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Settings;

/// <summary>A text object with one prefix a line, which say what is in scope.</summary>
/// <param name="Location">The store it is in.</param>
/// <param name="Key">Its key.</param>
sealed record PrefixListFile(StoreLocation Location, string Key);
