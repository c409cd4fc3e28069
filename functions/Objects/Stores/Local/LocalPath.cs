using System.Text;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>
/// Maps keys to file paths: each segment of a key is a file or folder name. Segments that are not valid names (empty, <c>.</c> and
/// <c>..</c>) get reserved names; the object of a key that ends with a slash is a file in that folder.
/// </summary>
static class LocalPath
{
    /// <summary>The folder of unfinished uploads. It is never listed.</summary>
    public const string UploadsFolder = Reserved + "uploads";

    const string Reserved = ".dth-";
    const string OfFolder = Reserved + "folder";
    const string OfEmpty = Reserved + "empty";
    const string OfDot = Reserved + "dot";
    const string OfTwoDots = Reserved + "dotdot";

    // Prefix for a segment that itself starts like a reserved name.
    const string Escape = Reserved + "is";

    // The limit of Linux file systems (NAME_MAX).
    const int LongestName = 255;

    /// <summary>Whether a path is inside a folder, or is the folder.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder
        || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path of a key, relative to the store's folder.</summary>
    /// <exception cref="StoreException">No file can have that name.</exception>
    public static string Of(string key, StoreSide side)
    {
        var segments = key.Split('/');
        for (var i = 0; i < segments.Length; i++)
            segments[i] = NameOf(segments[i], isLast: i == segments.Length - 1, side);
        return Path.Combine(segments);
    }

    /// <summary>The key segment for a name; null if no key has that name.</summary>
    public static string? SegmentOf(string name, bool isFolder) => name switch
    {
        OfFolder when !isFolder => "",
        OfEmpty when isFolder => "",
        OfDot => ".",
        OfTwoDots => "..",
        _ when name.StartsWith(Escape + Reserved, StringComparison.Ordinal) => name[Escape.Length..],
        _ when name.StartsWith(Reserved, StringComparison.Ordinal) => null,
        _ => name,
    };

    static string NameOf(string segment, bool isLast, StoreSide side)
    {
        var name = segment switch
        {
            "" => isLast ? OfFolder : OfEmpty,
            "." => OfDot,
            ".." => OfTwoDots,
            _ when segment.StartsWith(Reserved, StringComparison.Ordinal) => Escape + segment,
            _ => segment,
        };
        if (Encoding.UTF8.GetByteCount(name) > LongestName)
            throw Impossible(side, $"a file name can have at most {LongestName} bytes, but '{segment[..40]}…' has more");
        return name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars())
            ? throw Impossible(side, $"'{segment}' contains a character that file names cannot contain")
            : name;
    }

    static StoreException Impossible(StoreSide side, string why) => new(
        side, StoreFault.Invalid, why, remedy: "Such keys cannot be stored in a local folder; copy them to another kind of store.");
}
