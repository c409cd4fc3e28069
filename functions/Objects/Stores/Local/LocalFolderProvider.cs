using DataTransferHub.Storage;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.Options;
using static DataTransferHub.Objects.Settings.ObjectParameters;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>Folders of this machine that the configuration allows.</summary>
sealed class LocalFolderProvider(IOptions<LocalFolderOptions> options, IOptions<HubOptions> hub, TimeProvider time) : IStoreProvider
{
    const string Scheme = "file://";

    public IReadOnlyList<string> Types { get; } = [LocalLocation.TypeName];

    public bool OwnsAddress(string address) => address.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    public StoreLocation ReadLocation(StoreSide side, string type, ParameterReader parameters)
    {
        var isSource = side is StoreSide.Source;
        var name = isSource ? SrcEndpoint : DestEndpoint;
        var folder = ReadFolder(name, parameters);
        if (folder.Length > 0 && !IsAllowed(folder))
        {
            parameters.Fault(
                name,
                "Tasks may not use this folder. Ask the operator of the hub to add it, or a parent folder, to LocalFolders:Roots in the "
                + "hub's configuration; the hub's own data folder can never be used.");
        }

        foreach (var other in isSource ? [SrcBucket, SrcRegion, SrcCredentials] : (string[])[DestBucket, DestRegion, DestCredentials])
            parameters.Refuse(other, "", $"Not applicable to a local folder; omit it, and send the folder in {name}.");
        return new LocalLocation(side, folder);
    }

    public StoreLocation ReadListLocation(StoreLocation source, StoreLocation destination, ParameterReader parameters)
    {
        parameters.Fault(SrcPrefixListBucket, "Not applicable to a local folder; omit it, and put the list into the folder.");
        return source;
    }

    public ObjectAttributes ReadAttributes(StoreLocation destination, ParameterReader parameters)
    {
        const string remedy = "Not supported by local folders; omit it.";
        parameters.Refuse(DestStorageClass, "STANDARD", remedy);
        parameters.Refuse(DestAcl, "none", remedy);
        parameters.Refuse(DestPutObjectSseType, "None", remedy);
        return ObjectAttributes.None;
    }

    public Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken)
    {
        var folder = (LocalLocation)location;

        // The targets of links and the configuration may have changed since the task was created.
        return IsAllowed(RealPath.Of(folder.Folder))
            ? Task.FromResult<IObjectStore>(new LocalStore(folder, time))
            : throw new StoreException(
                location.Side, StoreFault.AccessDenied, $"tasks may not use the folder '{folder.Folder}'",
                remedy: "Add it, or a parent folder, to LocalFolders:Roots in the hub's configuration.");
    }

    static string ReadFolder(string name, ParameterReader parameters)
    {
        var text = parameters.Text(name);
        var path = text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? Uri.UnescapeDataString(text[Scheme.Length..]) : "";
        if (Path.IsPathFullyQualified(path) && !path.Any(char.IsControl))
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        parameters.Fault(name, "Send the absolute path of a folder as a URL, for example file:///data/photos.");
        return "";
    }

    bool IsAllowed(string folder)
    {
        var own = RealPath.Of(Path.GetFullPath(hub.Value.DataDirectory));
        return options.Value.Folders.Any(root =>
                LocalPath.IsWithin(folder, Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)))
                || LocalPath.IsWithin(folder, RealPath.Of(Path.GetFullPath(root))))
            && !LocalPath.IsWithin(folder, own) && !LocalPath.IsWithin(own, folder);
    }
}
