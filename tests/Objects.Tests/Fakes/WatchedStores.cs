using System.Collections.Concurrent;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>Lets every kind of store be watched, and be interrupted, in the same way.</summary>
sealed class WatchedStores(IStoreProvider provider) : IStoreProvider
{
    public IReadOnlyList<string> Types => provider.Types;

    /// <summary>Numbers of the parts that were sent.</summary>
    public ConcurrentQueue<int> PartsSent { get; } = [];

    /// <summary>Is called before a part is sent, with its number.</summary>
    public Action<int>? BeforePart { get; set; }

    public bool OwnsAddress(string address) => provider.OwnsAddress(address);

    public StoreLocation ReadLocation(StoreSide side, string type, ParameterReader parameters) =>
        provider.ReadLocation(side, type, parameters);

    public StoreLocation ReadListLocation(StoreLocation source, StoreLocation destination, ParameterReader parameters) =>
        provider.ReadListLocation(source, destination, parameters);

    public ObjectAttributes ReadAttributes(StoreLocation destination, ParameterReader parameters) =>
        provider.ReadAttributes(destination, parameters);

    public async Task<IObjectStore> OpenAsync(StoreLocation location, CancellationToken cancellationToken) =>
        new Watched(this, await provider.OpenAsync(location, cancellationToken));

    sealed class Watched(WatchedStores watch, IObjectStore store) : IObjectStore
    {
        public StoreSide Side => store.Side;

        public StoreCapabilities Capabilities => store.Capabilities;

        public Task<ObjectPage> ListAsync(
            string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken) =>
            store.ListAsync(prefix, afterKey, token, count, cancellationToken);

        public Task<ObjectHead> HeadAsync(string key, CancellationToken cancellationToken) => store.HeadAsync(key, cancellationToken);

        public Task<long?> FindPartSizeAsync(string key, ObjectVersion version, int part, CancellationToken cancellationToken) =>
            store.FindPartSizeAsync(key, version, part, cancellationToken);

        public Task<ObjectBody> GetAsync(string key, ByteRange? range, ObjectVersion version, CancellationToken cancellationToken) =>
            store.GetAsync(key, range, version, cancellationToken);

        public Task<WriteResult> PutAsync(
            string key, ObjectContent content, Checksum? md5, ObjectAttributes attributes, CancellationToken cancellationToken) =>
            store.PutAsync(key, content, md5, attributes, cancellationToken);

        public Task<StartedUpload> CreateUploadAsync(string key, ObjectAttributes attributes, CancellationToken cancellationToken) =>
            store.CreateUploadAsync(key, attributes, cancellationToken);

        public Task<UploadedPart> UploadPartAsync(
            string key, UploadSession session, PartRange part, ObjectContent content, Checksum? md5, CancellationToken cancellationToken)
        {
            watch.BeforePart?.Invoke(part.Number);
            watch.PartsSent.Enqueue(part.Number);
            return store.UploadPartAsync(key, session, part, content, md5, cancellationToken);
        }

        public Task<IReadOnlyList<UploadedPart>> ListPartsAsync(
            string key, UploadSession session, int first, int last, CancellationToken cancellationToken) =>
            store.ListPartsAsync(key, session, first, last, cancellationToken);

        public Task<IReadOnlyList<UploadSession>> ListUploadsAsync(string key, CancellationToken cancellationToken) =>
            store.ListUploadsAsync(key, cancellationToken);

        public Task<WriteResult> CompleteUploadAsync(
            string key, UploadSession session, IReadOnlyList<UploadedPart> parts, CancellationToken cancellationToken) =>
            store.CompleteUploadAsync(key, session, parts, cancellationToken);

        public Task AbortUploadAsync(string key, UploadSession session, CancellationToken cancellationToken) =>
            store.AbortUploadAsync(key, session, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => store.DeleteAsync(key, cancellationToken);
    }
}
