using System.Globalization;
using System.Text;
using System.Text.Json;
using DataTransferHub.Storage;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>
/// Uploads in parts. Each has its own folder with the key, one file with the received bytes at their offsets, and a record for each
/// complete part.
/// </summary>
/// <param name="root">The folder of all uploads.</param>
/// <param name="side">Which end it is.</param>
/// <param name="time">Determines the age of leftover files.</param>
sealed class LocalUploads(string root, StoreSide side, TimeProvider time)
{
    const string KeyFile = "key";
    const string DataFile = "data";
    const string PartPrefix = "part-";
    const string WholePrefix = "whole-";

    // Longer than any pause between two writes; the process that was writing an older file has ended.
    static readonly TimeSpan Abandoned = TimeSpan.FromDays(1);

    /// <summary>Starts an upload.</summary>
    public async Task<UploadSession> CreateAsync(string key, CancellationToken cancellationToken)
    {
        RequireNoLink(root);
        var session = new UploadSession(Guid.NewGuid().ToString("N"));
        await DurableFile.WriteAsync(Path.Combine(FolderOf(session), KeyFile), Encoding.UTF8.GetBytes(key), cancellationToken);
        return session;
    }

    /// <summary>Writes a whole object to a temporary file.</summary>
    /// <returns>The path of the file, which the caller must move, and the MD5 of its content.</returns>
    public async Task<(string Path, Checksum Md5)> WriteWholeAsync(
        ObjectContent content, Checksum? md5, CancellationToken cancellationToken)
    {
        RequireNoLink(root);
        Directory.CreateDirectory(root);
        var path = Path.Combine(root, $"{WholePrefix}{Guid.NewGuid():N}");
        try
        {
            await using var file = Open(path, FileMode.CreateNew);
            return (path, await HashedWrite.ToAsync(file, content, md5, side, cancellationToken));
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }

    /// <summary>Removes files of <see cref="WriteWholeAsync"/> that an ended process left behind.</summary>
    public void RemoveAbandonedWrites()
    {
        if (!Directory.Exists(root))
            return;
        RequireNoLink(root);
        var before = time.GetUtcNow() - Abandoned;
        foreach (var file in new DirectoryInfo(root).EnumerateFiles(WholePrefix + "*").Where(file => file.LastWriteTimeUtc < before))
        {
            if (Guid.TryParseExact(file.Name[WholePrefix.Length..], "N", out _))
                file.Delete();
        }
    }

    /// <summary>Writes a part at its offset.</summary>
    public async Task<UploadedPart> WriteAsync(
        UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken)
    {
        var folder = Require(session);
        var record = Path.Combine(folder, PartPrefix + Number(part.Number));

        // A part is not complete while its bytes are being replaced.
        File.Delete(record);
        await using var file = Open(Path.Combine(folder, DataFile), FileMode.OpenOrCreate);
        file.Position = part.Offset;
        var written = await HashedWrite.ToAsync(file, content, md5, side, cancellationToken);
        var stored = new UploadedPart(part.Number, written.Value, part.Length, written);
        await DurableFile.WriteAsync(record, JsonSerializer.SerializeToUtf8Bytes(stored), cancellationToken);
        return stored;
    }

    /// <summary>The complete parts in a range of numbers.</summary>
    public async Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        UploadSession session, int first, int last, CancellationToken cancellationToken)
    {
        var parts = new List<UploadedPart>();
        foreach (var file in new DirectoryInfo(Require(session)).EnumerateFiles(PartPrefix + "*"))
        {
            if (int.TryParse(file.Name.AsSpan(PartPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                && number >= first && number <= last)
                parts.Add(JsonSerializer.Deserialize<UploadedPart>(await File.ReadAllBytesAsync(file.FullName, cancellationToken)));
        }

        parts.Sort(static (one, other) => one.Number.CompareTo(other.Number));
        return parts;
    }

    /// <summary>The unfinished uploads of a key.</summary>
    public async Task<IReadOnlyList<UploadSession>> ListAsync(string key, CancellationToken cancellationToken)
    {
        var sessions = new List<UploadSession>();
        if (!Directory.Exists(root))
            return sessions;
        RequireNoLink(root);
        foreach (var folder in new DirectoryInfo(root).EnumerateDirectories())
        {
            try
            {
                if (await File.ReadAllTextAsync(Path.Combine(folder.FullName, KeyFile), cancellationToken) == key)
                    sessions.Add(new UploadSession(folder.Name));
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                // The upload has ended in the meantime.
            }
        }

        return sessions;
    }

    /// <summary>Prepares the file of an upload whose parts are complete, and sets its length.</summary>
    /// <returns>The path of the file, which the caller must move.</returns>
    /// <exception cref="StoreException">There is no such upload, or a part is not the expected one.</exception>
    public async Task<string> JoinAsync(UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken)
    {
        var folder = Require(session);
        var data = Path.Combine(folder, DataFile);
        if (!File.Exists(data))
        {
            // The file was moved, and the process ended before the rest of the upload was removed.
            Directory.Delete(folder, recursive: true);
            throw LocalFaults.NoSuchUpload(side, session);
        }

        var there = (await ListPartsAsync(session, 1, int.MaxValue, cancellationToken)).ToDictionary(part => part.Number);
        foreach (var part in parts)
        {
            if (!there.TryGetValue(part.Number, out var stored) || stored.Receipt != part.Receipt || stored.Size != part.Size)
                throw new StoreException(side, StoreFault.Corrupt, $"part {part.Number} is not the one that was confirmed");
        }

        await using var file = Open(data, FileMode.Open);
        file.SetLength(parts.Sum(part => part.Size));
        file.Flush(flushToDisk: true);
        return data;
    }

    /// <summary>Removes an upload and its parts.</summary>
    /// <exception cref="StoreException">There is no such upload.</exception>
    public void Remove(UploadSession session) => Directory.Delete(Require(session), recursive: true);

    FileStream Open(string path, FileMode mode)
    {
        RequireNoLink(path);
        return new(
            path,
            new FileStreamOptions
            {
                Mode = mode,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous,
                BufferSize = 0,
            });
    }

    string Require(UploadSession session)
    {
        var folder = FolderOf(session);
        if (!Directory.Exists(folder))
            throw LocalFaults.NoSuchUpload(side, session);
        RequireNoLink(root);
        RequireNoLink(folder);
        return folder;
    }

    // A link could point outside the folder that tasks may use.
    void RequireNoLink(string path)
    {
        if (new FileInfo(path).LinkTarget is not null)
        {
            throw new StoreException(
                side, StoreFault.Invalid, $"'{path}' is a symbolic link",
                remedy: "Remove the link; the hub keeps unfinished uploads there.");
        }
    }

    // Sessions are read from files, so anything but an id must not become a path.
    string FolderOf(UploadSession session) => Guid.TryParseExact(session.Value, "N", out var id)
        ? Path.Combine(root, id.ToString("N"))
        : throw LocalFaults.NoSuchUpload(side, session);

    static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
