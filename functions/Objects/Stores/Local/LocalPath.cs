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

    // The limits of Linux (NAME_MAX, and PATH_MAX without its terminating zero).
    const int LongestName = 255;
    const int LongestPath = 4095;

    const string Remedy = "such keys cannot be stored in a local folder; copy them to another kind of store";

    /// <summary>Whether a path is inside a folder, or is the folder.</summary>
    public static bool IsWithin(string path, string folder) =>
        path == folder
        || path.StartsWith(folder.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path of a key, relative to the store's folder.</summary>
    /// <exception cref="StoreException">No file can have that name.</exception>
    public static string Of(string key, StoreSide side) => Names(key, out var names) is { } fault
        ? throw new StoreException(side, StoreFault.Invalid, fault)
        : Path.Combine(names);

    /// <summary>Why a folder cannot have a file for a key, and what to do about it; null if it can.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="key">The key.</param>
    public static string? FindFault(string folder, string key)
    {
        if (Names(key, out var names) is { } fault)
            return fault;
        var bytes = Encoding.UTF8.GetByteCount(Path.Combine([folder, .. names]));
        return bytes > LongestPath ? $"a path can have at most {LongestPath} bytes, but it would have {bytes}; {Remedy}" : null;
    }

    static string? Names(string key, out string[] names)
    {
        names = key.Split('/');
        for (var i = 0; i < names.Length; i++)
        {
            names[i] = NameOf(names[i], isLast: i == names.Length - 1);
            if (Encoding.UTF8.GetByteCount(names[i]) > LongestName)
                return $"a file name can have at most {LongestName} bytes, but '{names[i][..40]}…' has more; {Remedy}";
            if (names[i].AsSpan().ContainsAny(Path.GetInvalidFileNameChars()))
                return $"'{names[i]}' contains a character that file names cannot contain; {Remedy}";
        }

        return null;
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

    static string NameOf(string segment, bool isLast) => segment switch
    {
        "" => isLast ? OfFolder : OfEmpty,
        "." => OfDot,
        ".." => OfTwoDots,
        _ when segment.StartsWith(Reserved, StringComparison.Ordinal) => Escape + segment,
        _ => segment,
    };
}
