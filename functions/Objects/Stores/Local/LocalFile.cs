using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>A file as an object. Its version is the time of its last change and its size.</summary>
static class LocalFile
{
    /// <summary>A file in a listing; null if it no longer exists.</summary>
    public static ListedObject? TryList(string key, FileInfo file)
    {
        try
        {
            return new ListedObject(key, file.Length, VersionOf(file.LastWriteTimeUtc, file.Length), file.LastWriteTimeUtc);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The head of a file.</summary>
    public static ObjectHead HeadOf(FileInfo file) => HeadOf(file.LastWriteTimeUtc, file.Length, file.Length);

    /// <summary>The head of an open file, for a range of the given length.</summary>
    public static ObjectHead HeadOf(SafeFileHandle file, long rangeLength) =>
        HeadOf(File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file), rangeLength);

    /// <summary>The version of an open file.</summary>
    public static ObjectVersion VersionOf(SafeFileHandle file) =>
        VersionOf(File.GetLastWriteTimeUtc(file), RandomAccess.GetLength(file));

    static ObjectHead HeadOf(DateTime modified, long length, long rangeLength) =>
        new(rangeLength, VersionOf(modified, length), modified, null, ObjectMetadata.None);

    static ObjectVersion VersionOf(DateTime modified, long length) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{modified.Ticks:x}-{length:x}"));
}
