using System.Collections.Concurrent;
using DataTransferHub.Storage;

namespace DataTransferHub.Objects.Stores.Local;

/// <summary>A folder of this machine as a store: each object is a file. Metadata is not kept.</summary>
/// <param name="location">The folder.</param>
/// <param name="time">Determines the age of leftover files.</param>
sealed class LocalStore(LocalLocation location, TimeProvider time) : IObjectStore
{
    // Limits the number of part records of an object.
    const int MostParts = 10_000;

    readonly LocalUploads _uploads = new(Path.Combine(location.Folder, LocalPath.UploadsFolder), location.Side, time);

    // Suspended walks by the token of their next page.
    readonly ConcurrentDictionary<string, IEnumerator<ListedObject>> _walks = new(StringComparer.Ordinal);

    public StoreCapabilities Capabilities { get; } = new(
        IsTransitProtected: true,
        ListsInKeyOrder: true,
        ResumesUploads: true,
        JoinedChecksum: null,
        EncryptionThatHidesChecksums: null,
        Parts: new PartLimits(MostParts, 1, long.MaxValue))
    {
        FindKeyFault = key => LocalPath.FindFault(location.Folder, key),
    };

    public StoreSide Side => location.Side;

    public Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken) =>
        LocalFaults.GuardAsync(Side, location.Folder, () => Task.Run(() => List(prefix, afterKey, token, count), cancellationToken));

    public Task<ObjectHead> HeadAsync(string key, CancellationToken cancellationToken) =>
        GuardAsync(key, path => Task.FromResult(LocalFile.HeadOf(Require(key, path))));

    public Task<long?> FindPartSizeAsync(string key, ObjectVersion version, int part, CancellationToken cancellationToken) =>
        Task.FromResult<long?>(null);

    public Task<ObjectBody> GetAsync(string key, ByteRange? range, ObjectVersion version, CancellationToken cancellationToken) =>
        GuardAsync(key, path => Task.FromResult(Open(key, path, range, version)));

    public Task<WriteResult> PutAsync(
        string key, ObjectContent content, Checksum? md5, ObjectAttributes attributes, CancellationToken cancellationToken) =>
        GuardAsync(key, async path =>
        {
            RequirePlace(key, path);
            var (file, written) = await _uploads.WriteWholeAsync(content, md5, cancellationToken);
            try
            {
                DurableFile.Move(file, path);
            }
            catch
            {
                File.Delete(file);

                // The path may have been taken in the meantime.
                RequirePlace(key, path);
                throw;
            }

            return new WriteResult(LocalFile.HeadOf(Require(key, path)).Version, written);
        });

    public async Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken) =>
        new(await GuardAsync(key, _ => _uploads.CreateAsync(key, cancellationToken)), HasChecksums: true);

    public Task<UploadedPart> UploadPartAsync(
        string key, UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken) =>
        GuardAsync(key, _ => _uploads.WriteAsync(session, part, content, md5, cancellationToken));

    public Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        string key, UploadSession session, int first, int last, CancellationToken cancellationToken) =>
        GuardAsync(key, _ => _uploads.ListPartsAsync(session, first, last, cancellationToken));

    public Task<IReadOnlyList<UploadSession>> ListUploadsAsync(string key, CancellationToken cancellationToken) =>
        GuardAsync(key, _ => _uploads.ListAsync(key, cancellationToken));

    public Task<WriteResult> CompleteUploadAsync(
        string key, UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken) =>
        GuardAsync(key, async path =>
        {
            RequirePlace(key, path);
            DurableFile.Move(await _uploads.JoinAsync(session, parts, cancellationToken), path);
            _uploads.Remove(session);
            return new WriteResult(LocalFile.HeadOf(Require(key, path)).Version, null);
        });

    public Task AbortUploadAsync(string key, UploadSession session, CancellationToken cancellationToken) => GuardAsync(key, _ =>
    {
        _uploads.Remove(session);
        return Task.FromResult(true);
    });

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => GuardAsync(key, path =>
    {
        if (File.Exists(path))
            File.Delete(path);
        return Task.FromResult(true);
    });

    ObjectPage List(string prefix, string? afterKey, string? token, int count)
    {
        RequireFolder();
        if (token is null && Side is StoreSide.Destination)
            _uploads.RemoveAbandonedWrites();

        // A page that is requested again, or by another process, starts a new walk after the last key.
        if (token is null || !_walks.TryRemove(token, out var walk))
            walk = new FolderWalk(location.Folder, prefix, afterKey, Side).Files().GetEnumerator();
        var objects = new List<ListedObject>(count);
        while (objects.Count < count)
        {
            if (!walk.MoveNext())
                return new ObjectPage(objects, IsLast: true);
            objects.Add(walk.Current);
        }

        var next = Guid.NewGuid().ToString("N");
        _walks[next] = walk;
        return new ObjectPage(objects, IsLast: false, next);
    }

    ObjectBody Open(string key, string path, ByteRange? range, ObjectVersion version)
    {
        var info = Require(key, path);
        if (info.Length == 0)
        {
            // Not opened: it may be a pipe, and opening that would wait for a writer.
            var empty = LocalFile.HeadOf(info);
            RequireVersion(key, empty.Version, version);
            return new ObjectBody(Side, empty, Stream.Null);
        }

        var file = new FileStream(
            path,
            new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            });
        try
        {
            var asked = range ?? new ByteRange(0, file.Length);
            var head = LocalFile.HeadOf(file.SafeFileHandle, asked.Length);
            RequireVersion(key, head.Version, version);
            file.Position = asked.From;
            return new ObjectBody(Side, head, new LocalBody(file, asked.Length, head.Version, Side));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // Checks for a folder or file that blocks the key's path.
    void RequirePlace(string key, string path)
    {
        if (Directory.Exists(path))
            throw Blocked(key, $"'{path}' is a folder");
        for (var folder = Path.GetDirectoryName(path)!; folder.Length > location.Folder.Length; folder = Path.GetDirectoryName(folder)!)
        {
            if (File.Exists(folder))
                throw Blocked(key, $"'{folder}' is a file");
        }
    }

    StoreException Blocked(string key, string why) => new(
        Side, StoreFault.Invalid, $"'{key}' cannot be written: {why}",
        remedy: "A local folder cannot contain both 'a' and 'a/b'. Copy them to different folders, or to another kind of store.");

    FileInfo Require(string key, string path)
    {
        var file = new FileInfo(path);
        return file.Exists && file.LinkTarget is null ? file : throw LocalFaults.NotFound(Side, key);
    }

    void RequireVersion(string key, ObjectVersion found, ObjectVersion wanted)
    {
        if (wanted.IsKnown && found != wanted)
            throw new StoreException(Side, StoreFault.PreconditionFailed, $"the file for '{key}' has changed");
    }

    async Task<T> GuardAsync<T>(string key, Func<string, Task<T>> work)
    {
        var relative = LocalPath.Of(key, Side);
        var path = Path.Combine(location.Folder, relative);
        RequireFolder();
        try
        {
            return await LocalFaults.GuardAsync(Side, path, () =>
            {
                RequireNoLinks(relative);
                return work(path);
            });
        }
        catch (StoreException fault) when (fault.Fault is StoreFault.NotFound or StoreFault.NoSuchUpload)
        {
            // Without the folder, nothing is known of the object.
            RequireFolder();
            throw;
        }
    }

    // It may disappear during a run, with its disk for example. It is never created, and its files do not count as deleted then.
    void RequireFolder()
    {
        if (!Directory.Exists(location.Folder))
        {
            throw new StoreException(
                Side, StoreFault.NoSuchBucket, $"there is no folder '{location.Folder}'", remedy: "Create it, or correct the path.");
        }
    }

    // A link could point outside the folder that tasks may use.
    void RequireNoLinks(string relative)
    {
        for (var folder = Path.GetDirectoryName(relative); !string.IsNullOrEmpty(folder); folder = Path.GetDirectoryName(folder))
        {
            if (new DirectoryInfo(Path.Combine(location.Folder, folder)).LinkTarget is not null)
            {
                throw new StoreException(
                    Side, StoreFault.Invalid, $"'{folder}' is a symbolic link",
                    remedy: "Links are not followed; use its target folder.");
            }
        }
    }
}
