namespace DataTransferHub.Objects.Stores.Local;

/// <summary>Resolves symbolic links.</summary>
static class RealPath
{
    // The number of links that Linux follows (ELOOP).
    const int MostLinks = 40;

    /// <summary>
    /// The path with every symbolic link in it resolved. Parts that do not exist stay unchanged, and so does a path whose links form a
    /// loop, which cannot be opened.
    /// </summary>
    public static string Of(string path)
    {
        var original = path;
        for (var links = 0; links < MostLinks; links++)
        {
            if (FollowFirst(path) is not { } target)
                return Path.TrimEndingDirectorySeparator(path);
            path = Path.GetFullPath(target);
        }

        return Path.TrimEndingDirectorySeparator(original);
    }

    // The path with its first link resolved, or null if it has none.
    static string? FollowFirst(string path)
    {
        var root = Path.GetPathRoot(path)!;
        var segments = path[root.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries);
        var above = root;
        for (var i = 0; i < segments.Length; i++)
        {
            var here = Path.Combine(above, segments[i]);
            if (new FileInfo(here).LinkTarget is { } target)
                return Path.Combine([above, target, .. segments[(i + 1)..]]);
            above = here;
        }

        return null;
    }
}
