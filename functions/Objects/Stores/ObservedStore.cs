namespace DataTransferHub.Objects.Stores;

/// <summary>A store whose answers are evidence of its health.</summary>
/// <param name="store">The store.</param>
/// <param name="health">Collects the evidence.</param>
sealed class ObservedStore(IObjectStore store, EndpointHealth health) : IObjectStore
{
    public StoreSide Side => store.Side;

    public StoreCapabilities Capabilities => store.Capabilities;

    public Task<ObjectPage> ListAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ListAsync(prefix, afterKey, token, count, cancellationToken));

    public Task<ObjectHead> HeadAsync(string key, CancellationToken cancellationToken) =>
        ReadAsync(() => store.HeadAsync(key, cancellationToken));

    public Task<long?> FindPartSizeAsync(string key, ObjectVersion version, int part, CancellationToken cancellationToken) =>
        ReadAsync(() => store.FindPartSizeAsync(key, version, part, cancellationToken));

    public async Task<ObjectBody> GetAsync(string key, ByteRange? range, ObjectVersion version, CancellationToken cancellationToken)
    {
        var started = health.Now;
        try
        {
            var body = await store.GetAsync(key, range, version, cancellationToken);
            return new ObjectBody(body.Side, body.Head, new ObservedBody(body.Content, body.Head.Size, health, started), body);
        }
        catch (StoreException fault)
        {
            Note(AccessKind.Read, started, fault);
            throw;
        }
    }

    public Task<WriteResult> PutAsync(
        string key, ObjectContent content, Checksum? md5, ObjectAttributes attributes, CancellationToken cancellationToken) =>
        WriteAsync(() => store.PutAsync(key, content, md5, attributes, cancellationToken));

    public Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken) =>
        WriteAsync(() => store.CreateUploadAsync(key, attributes, cancellationToken));

    public Task<UploadedPart> UploadPartAsync(
        string key, UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken) =>
        WriteAsync(() => store.UploadPartAsync(key, session, part, content, md5, cancellationToken));

    public Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
        string key, UploadSession session, int first, int last, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ListPartsAsync(key, session, first, last, cancellationToken));

    public Task<IReadOnlyList<UploadSession>> ListUploadsAsync(string key, CancellationToken cancellationToken) =>
        ReadAsync(() => store.ListUploadsAsync(key, cancellationToken));

    public Task<WriteResult> CompleteUploadAsync(
        string key, UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken) =>
        WriteAsync(() => store.CompleteUploadAsync(key, session, parts, cancellationToken));

    public Task AbortUploadAsync(string key, UploadSession session, CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        await store.AbortUploadAsync(key, session, cancellationToken);
        return true;
    });

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => WriteAsync(async () =>
    {
        await store.DeleteAsync(key, cancellationToken);
        return true;
    });

    Task<T> ReadAsync<T>(Func<Task<T>> request) => ObserveAsync(AccessKind.Read, request);

    Task<T> WriteAsync<T>(Func<Task<T>> request) => ObserveAsync(AccessKind.Write, request);

    // The clock is read before the request is sent, as a success proves nothing about a failure that came after it.
    async Task<T> ObserveAsync<T>(AccessKind kind, Func<Task<T>> request)
    {
        var started = health.Now;
        try
        {
            var answer = await request();
            health.Succeeded(kind, started);
            return answer;
        }
        catch (StoreException fault)
        {
            Note(kind, started, fault);
            throw;
        }
    }

    // A write that is streamed from the other store may fail with that store's fault, which says nothing of this one.
    void Note(AccessKind kind, long started, StoreException fault)
    {
        if (fault.Side != health.Side)
            return;
        if (fault.MayConcernWholeStore)
            health.Failed(kind);
        else
            health.Succeeded(kind, started);
    }

    // The answer to a read is good when its last byte has arrived.
    sealed class ObservedBody(Stream inner, long? size, EndpointHealth health, long started) : ForwardBody
    {
        long _left = size ?? long.MaxValue;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                var read = await inner.ReadAsync(buffer, cancellationToken);
                _left -= read;
                if (read == 0 && buffer.Length > 0 || _left == 0)
                    health.Succeeded(AccessKind.Read, started);
                return read;
            }
            catch (StoreException)
            {
                health.Failed(AccessKind.Read);
                throw;
            }
        }
    }
}
