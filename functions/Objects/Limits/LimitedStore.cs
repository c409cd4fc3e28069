using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Limits;

/// <summary>
/// A store whose requests and bytes are limited. What has begun goes first: writes, and the rest of a body, before reads, listings and new
/// bodies.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="limiters">The limits that apply.</param>
/// <param name="time">Measures the waits.</param>
/// <param name="patience">Once it is cancelled, bodies that have not begun are cancelled.</param>
sealed class LimitedStore(IObjectStore store, IReadOnlyList<RateLimiter> limiters, TimeProvider time, CancellationToken patience)
    : IObjectStore
{
    readonly Pace _reads = new([.. limiters.Select(limiter => limiter.Reads)], time);
    readonly Pace _writes = new([.. limiters.Select(limiter => limiter.Writes)], time);

    public StoreSide Side => store.Side;

    public StoreCapabilities Capabilities => store.Capabilities;

    public Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ListAsync(prefix, afterKey, token, count, cancellationToken), cancellationToken);

    public Task<ObjectHead> HeadAsync(string key, CancellationToken cancellationToken) =>
        ReadAsync(() => store.HeadAsync(key, cancellationToken), cancellationToken);

    public Task<long?> FindPartSizeAsync(string key, ObjectVersion version, int part, CancellationToken cancellationToken) =>
        ReadAsync(() => store.FindPartSizeAsync(key, version, part, cancellationToken), cancellationToken);

    public async Task<ObjectBody> GetAsync(string key, ByteRange? range, ObjectVersion version, CancellationToken cancellationToken)
    {
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience))
        {
            await _reads.StartAsync(range?.Length, either.Token);
            await TakeRequestAsync(isStart: true, either.Token);
        }

        var body = await store.GetAsync(key, range, version, cancellationToken);
        if (range is null && body.Head.Size is { } size)
            _reads.Correct(size);
        return new ObjectBody(body.Side, body.Head, new PacedBody(body.Content, _reads), body);
    }

    public async Task<WriteResult> PutAsync(
        string key, ObjectContent content, Checksum? md5, ObjectAttributes attributes, CancellationToken cancellationToken)
    {
        await StartWriteAsync(content.Length, cancellationToken);
        return await store.PutAsync(key, new PacedContent(content, _writes), md5, attributes, cancellationToken);
    }

    public Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken) =>
        WriteAsync(() => store.CreateUploadAsync(key, attributes, cancellationToken), cancellationToken);

    public async Task<UploadedPart> UploadPartAsync(
        string key, UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken)
    {
        await StartWriteAsync(content.Length, cancellationToken);
        return await store.UploadPartAsync(key, session, part, new PacedContent(content, _writes), md5, cancellationToken);
    }

    public Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        string key, UploadSession session, int first, int last, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ListPartsAsync(key, session, first, last, cancellationToken), cancellationToken);

    public Task<IReadOnlyList<UploadSession>> ListUploadsAsync(string key, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ListUploadsAsync(key, cancellationToken), cancellationToken);

    public Task<WriteResult> CompleteUploadAsync(
        string key, UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken) =>
        WriteAsync(() => store.CompleteUploadAsync(key, session, parts, cancellationToken), cancellationToken);

    public async Task AbortUploadAsync(string key, UploadSession session, CancellationToken cancellationToken)
    {
        await TakeRequestAsync(isStart: false, cancellationToken);
        await store.AbortUploadAsync(key, session, cancellationToken);
    }

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        await TakeRequestAsync(isStart: false, cancellationToken);
        await store.DeleteAsync(key, cancellationToken);
    }

    async Task<T> ReadAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        await TakeRequestAsync(isStart: true, cancellationToken);
        return await request();
    }

    async Task<T> WriteAsync<T>(Func<Task<T>> request, CancellationToken cancellationToken)
    {
        await TakeRequestAsync(isStart: false, cancellationToken);
        return await request();
    }

    // The body that is written has been read, or is being read.
    async ValueTask StartWriteAsync(long length, CancellationToken cancellationToken)
    {
        await _writes.TakeAsync(Pace.FirstBytesOf(length), null, cancellationToken);
        await TakeRequestAsync(isStart: false, cancellationToken);
    }

    async ValueTask TakeRequestAsync(bool isStart, CancellationToken cancellationToken)
    {
        foreach (var limiter in limiters)
            await limiter.Requests.TakeAsync(1, isStart, cancellationToken);
    }
}
