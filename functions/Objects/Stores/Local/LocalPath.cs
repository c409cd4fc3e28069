using System.Text;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>
/// Keys as paths of files: each segment of a key is a name. What no file can be called has a reserved name: an empty segment, <c>.</c> and
/// <c>..</c>; the object of a key that ends with a slash is a file in that folder.
/// </summary>
static class LocalPath
{
    /// <summary>The folder in which uploads wait for their end. It is never listed.</summary>
    public const string UploadsFolder = Reserved + "uploads";

    const string Reserved = ".dth-";
    const string OfFolder = Reserved + "folder";
    const string OfEmpty = Reserved + "empty";
    const string OfDot = Reserved + "dot";
    const string OfTwoDots = Reserved + "dotdot";

    // Before a segment that itself begins as reserved names do.
    const string Escape = Reserved + "is";

    // The limit of Linux file systems (NAME_MAX).
    const int LongestName = 255;

    /// <summary>Whether a path is inside of a folder, or is the folder.</summary>
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

    /// <summary>The segment of a key that a name stands for; null for what is not an object of the store.</summary>
    public static string? SegmentOf(string name) => name switch
    {
        OfFolder or OfEmpty => "",
        OfDot => ".",
        OfTwoDots => "..",
        _ when name.StartsWith(Escape, StringComparison.Ordinal) => name[Escape.Length..],
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
            throw Impossible(side, $"a file name has at most {LongestName} bytes, '{segment[..40]}…' has more");
        return name.AsSpan().ContainsAny(Path.GetInvalidFileNameChars())
            ? throw Impossible(side, $"'{segment}' holds a character that no file name can hold")
            : name;
    }

    static StoreException Impossible(StoreSide side, string why) => new(
        side, StoreFault.Invalid, why, remedy: "Keys like this cannot be kept in a local folder; copy them to another kind of store.");
}
