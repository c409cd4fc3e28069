namespace DataTransferHub.Objects.Stores.Local;

/// <summary>Where a path leads.</summary>
static class RealPath
{
    // As many links as Linux follows (ELOOP).
    const int MostLinks = 40;

    /// <summary>The path with every symbolic link in it followed. What does not exist stays as it is.</summary>
    /// <exception cref="IOException">Its links lead in a circle.</exception>
    public static string Of(string path)
    {
        for (var links = 0; links < MostLinks; links++)
        {
            if (FollowFirst(path) is not { } target)
                return Path.TrimEndingDirectorySeparator(path);
            path = Path.GetFullPath(target);
        }

        throw new IOException($"The links of '{path}' lead in a circle.");
    }

    // The path with its first link followed, or null when it has none.
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
