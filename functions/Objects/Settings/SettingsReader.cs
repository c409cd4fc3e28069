using System.Text;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;
using static DataTransferHub.Objects.Settings.ObjectParameters;

namespace DataTransferHub.Objects.Settings;

/// <summary>
/// Reads the parameters of an object transfer and records every fault that can be detected locally. Parameters that are specific to a kind
/// of store are read by its provider.
/// </summary>
sealed class SettingsReader(StoreFactory stores)
{
    const string DefaultType = "Amazon_S3";
    const int MaximumPrefixBytes = 1024;
    const int DefaultWorkers = 8;
    const int MostWorkers = 100;

    /// <summary>Reads parameters that were checked when the task was created.</summary>
    /// <exception cref="ArgumentException">They are no longer valid; the message lists every fault.</exception>
    public ObjectTransferSettings Read(IReadOnlyDictionary<string, string> parameters)
    {
        var errors = new List<InputError>();
        var settings = Read(new TaskParameters(parameters), errors);
        return errors.Count == 0 ? settings : throw new ArgumentException(string.Join(" ", errors));
    }

    /// <summary>Reads all parameters. The result is valid only if nothing was added to <paramref name="errors"/>.</summary>
    public ObjectTransferSettings Read(TaskParameters parameters, List<InputError> errors)
    {
        var reader = new ParameterReader(parameters, errors);
        reader.Refuse(SrcEvent, "No", "Event-driven transfers are not supported yet; send No, and give the task a schedule.");

        var source = stores.ReadLocation(StoreSide.Source, SrcType, SrcEndpoint, DefaultType, reader);
        var destination = stores.ReadLocation(StoreSide.Destination, DestType, DestEndpoint, DefaultType, reader);
        var sourcePrefix = ReadPrefix(reader, SrcPrefix);
        var destinationPrefix = ReadPrefix(reader, DestPrefix).Trim('/');
        if (destinationPrefix.Length > 0)
            destinationPrefix += "/";
        var bytes = Encoding.UTF8.GetByteCount(destinationPrefix + sourcePrefix);
        if (bytes > MaximumPrefixBytes && errors.Count == 0)
            reader.FaultOfHidden(
                DestPrefix, $"With srcPrefix it has {bytes} bytes; at most {MaximumPrefixBytes} are allowed. Shorten it.");
        var attributes = stores.ReadAttributes(destination, reader);
        var prefixes = PrefixListReader.Read(stores, source, destination, sourcePrefix, reader);
        if (AreCopiesCopied(source, destination, sourcePrefix, destinationPrefix, prefixes is not null))
        {
            reader.Fault(
                DestPrefix,
                "The destination is within the source, so copies would be copied again; choose a prefix outside srcPrefix.");
        }

        return new ObjectTransferSettings(
            source, destination, sourcePrefix, destinationPrefix, reader.Flag(SrcSkipCompare, false),
            reader.Flag(IncludeMetadata, true), attributes, reader.Number(WorkerNumber, DefaultWorkers, 1, MostWorkers), prefixes);
    }

    // Every source key starts with the source's prefix; its copy has this path in the source, followed by the whole key. The prefixes of a
    // list are only known when it is read.
    static bool AreCopiesCopied(
        StoreLocation source, StoreLocation destination, string sourcePrefix, string destinationPrefix, bool hasList)
    {
        if (source.KeyOf(destination) is { } below)
        {
            var path = below + destinationPrefix;
            if (hasList ? path.Length == 0 : (path + sourcePrefix).StartsWith(sourcePrefix, StringComparison.Ordinal))
                return true;
        }

        // Or the source is within the destination, so that copies are written among its objects.
        return destination.KeyOf(source) is { Length: > 0 } above && destinationPrefix.StartsWith(above, StringComparison.Ordinal);
    }

    static string ReadPrefix(ParameterReader reader, string name)
    {
        var text = reader.Raw(name);
        var bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > MaximumPrefixBytes)
            reader.FaultOfHidden(name, $"It has {bytes} bytes; at most {MaximumPrefixBytes} are allowed. Shorten it.");
        else if (text.Any(char.IsControl))
            reader.FaultOfHidden(name, "It contains a control character (a line break, for example). Remove it.");
        return text;
    }
}
