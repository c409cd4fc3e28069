using DataTransferHub.Cli.Hub;
using DataTransferHub.Servers.Faults;
using DataTransferHub.Servers.Hub;
using DataTransferHub.Servers.S3;
using Xunit;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>A hub in a process of its own, and a source and a destination bucket, each behind a proxy.</summary>
sealed class TransferScene : IAsyncDisposable
{
    /// <summary>Longer than any step takes on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    readonly SharedHub? _ownHub;

    TransferScene(MotoServer server, string source, string destination, HubProcess hub, SharedHub? ownHub)
    {
        Server = server;
        SourceBucket = source;
        DestinationBucket = destination;
        _ownHub = ownHub;
        SourceProxy = FaultProxy.Start(server.Url);
        DestinationProxy = FaultProxy.Start(server.Url);
        Hub = hub;
    }

    public MotoServer Server { get; }

    public string SourceBucket { get; }

    public string DestinationBucket { get; }

    public FaultProxy SourceProxy { get; }

    public FaultProxy DestinationProxy { get; }

    public HubProcess Hub { get; }

    /// <summary>Parameters of a task that moves the source bucket to the destination bucket, through the proxies.</summary>
    public Dictionary<string, string> Parameters => TransferParameters.Between(
        new TransferSide(Server, SourceBucket, Secret, SourceProxy.Url),
        new TransferSide(Server, DestinationBucket, Secret, DestinationProxy.Url));

    /// <summary>Name of the secret that holds the keys to both sides.</summary>
    public string Secret => SourceBucket;

    /// <summary>With a hub of its own, which may be killed.</summary>
    public static async Task<TransferScene> SetAsync(SharedMoto moto, IReadOnlyDictionary<string, string> options)
    {
        var hub = new SharedHub(options);
        await hub.InitializeAsync();
        return await SetAsync(moto, hub.Process, hub);
    }

    /// <summary>With a hub that others use too.</summary>
    public static Task<TransferScene> SetAsync(SharedMoto moto, HubProcess hub) => SetAsync(moto, hub, null);

    static async Task<TransferScene> SetAsync(SharedMoto moto, HubProcess hub, SharedHub? ownHub)
    {
        var server = await moto.GetAsync();
        var scene = new TransferScene(
            server, await server.CreateBucketAsync("source"), await server.CreateBucketAsync("destination"), hub, ownHub);
        await hub.Api.CreateSecretAsync(scene.Secret, server.SecretJson);
        return scene;
    }

    /// <summary>Fills the source with objects of random content: small ones of up to 64 KiB under odd keys, and large ones.</summary>
    public async Task<long> FillAsync(Random random, int small, int large, int largeBytes)
    {
        string[] shapes = ["plain/{0}", "with space/{0} a", "a+b/{0}+", "数据/{0}.文件", "100%25/{0}", "x//{0}/./y"];
        var smallObjects = Enumerable.Range(0, small).Select(number => (
            Key: string.Format(null, shapes[number % shapes.Length], $"{number:D4}"),
            Content: Bytes(random, number % 50 == 0 ? 0 : random.Next(1, 65536))));
        var largeObjects = Enumerable.Range(0, large).Select(number => (
            Key: $"large/{number}",
            Content: Bytes(random, largeBytes + random.Next(1_000_000))));
        var objects = smallObjects.Concat(largeObjects).ToArray();
        var options = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        await Parallel.ForEachAsync(
            objects, options, async (item, _) => await Server.PutAsync(SourceBucket, item.Key, item.Content));
        return objects.Sum(item => (long)item.Content.Length);
    }

    /// <summary>SHA-256 of every object of the source by key.</summary>
    public Task<SortedDictionary<string, string>> HashSourceAsync() => HashAllAsync(SourceBucket);

    /// <summary>SHA-256 of every object of the destination by key.</summary>
    public Task<SortedDictionary<string, string>> HashDestinationAsync() => HashAllAsync(DestinationBucket);

    public async ValueTask DisposeAsync()
    {
        if (_ownHub is not null)
            await _ownHub.DisposeAsync();
        await SourceProxy.DisposeAsync();
        await DestinationProxy.DisposeAsync();
    }

    Task<SortedDictionary<string, string>> HashAllAsync(string bucket) =>
        Server.HashAllAsync(bucket, cancellationToken: TestContext.Current.CancellationToken);

    static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
