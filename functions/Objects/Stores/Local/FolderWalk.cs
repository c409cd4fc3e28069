namespace DataTransferHub.Objects.Stores.Local;

/// <summary>
/// The files below a folder in key order. Holds in memory the names of one folder for each level of the current path. Symbolic links are
/// not followed.
/// </summary>
/// <param name="root">The store's folder.</param>
/// <param name="prefix">The prefix of the keys.</param>
/// <param name="afterKey">The key after which the walk starts, or null.</param>
/// <param name="side">Which end it is.</param>
sealed class FolderWalk(string root, string prefix, string? afterKey, StoreSide side)
{
    /// <summary>The files.</summary>
    public IEnumerable<ListedObject> Files() => Files(new DirectoryInfo(root), "");

    IEnumerable<ListedObject> Files(DirectoryInfo folder, string folderKey)
    {
        foreach (var (key, entry) in EntriesOf(folder, folderKey))
        {
            if (entry is DirectoryInfo below)
            {
                foreach (var file in Files(below, key))
                    yield return file;
            }
            else if (LocalFile.TryList(key, (FileInfo)entry) is { } listed)
            {
                yield return listed;
            }
        }
    }

    // A folder's key ends with a slash, and no other entry starts with it, so the order of entries is the order of the keys below them.
    List<(string Key, FileSystemInfo Entry)> EntriesOf(DirectoryInfo folder, string folderKey)
    {
        var entries = new List<(string Key, FileSystemInfo Entry)>();
        try
        {
            foreach (var entry in folder.EnumerateFileSystemInfos())
            {
                var isFolder = entry is DirectoryInfo;
                if (entry.LinkTarget is not null || isFolder && entry.Name == LocalPath.UploadsFolder)
                    continue;
                if (LocalPath.SegmentOf(entry.Name, isFolder) is not { } segment)
                    throw Unusable(folder, entry, "a name that is reserved for the hub");

                // The object of the folder itself has no key.
                if (segment.Length == 0 && !isFolder && folderKey.Length == 0)
                    continue;
                var key = isFolder ? $"{folderKey}{segment}/" : folderKey + segment;
                if (!IsInScope(key, isFolder))
                    continue;
                RequireReadableName(entry, folder);
                entries.Add((key, entry));
            }
        }
        catch (DirectoryNotFoundException) when (folderKey.Length > 0)
        {
            // The folder was removed in the meantime.
        }

        entries.Sort(static (one, other) => KeyOrder.Instance.Compare(one.Key, other.Key));
        return entries;
    }

    bool IsInScope(string key, bool isFolder)
    {
        var hasPrefix = key.StartsWith(prefix, StringComparison.Ordinal)
            || isFolder && prefix.StartsWith(key, StringComparison.Ordinal);
        return hasPrefix && (afterKey is null || KeyOrder.Instance.Compare(key, afterKey) > 0
            || isFolder && afterKey.StartsWith(key, StringComparison.Ordinal));
    }

    // A name that is not UTF-8 is returned with replacement characters, under which the file cannot be opened. Skipping it would lose it.
    void RequireReadableName(FileSystemInfo entry, DirectoryInfo folder)
    {
        if (entry.Name.Contains('\uFFFD', StringComparison.Ordinal) && !Path.Exists(entry.FullName))
            throw Unusable(folder, entry, "a name that is not UTF-8");
    }

    StoreException Unusable(DirectoryInfo folder, FileSystemInfo entry, string what) => new(
        side, StoreFault.Invalid, $"the folder '{folder.FullName}' contains {what}: '{entry.Name}'", remedy: "Rename or remove the file.");
}
