using Amazon.S3.Model;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;
using DataTransferHub.Objects.Copying;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Finding.Prefixes;
using DataTransferHub.Objects.LargeObjects;
using DataTransferHub.Objects.Limits;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.Local;
using DataTransferHub.Objects.Stores.S3;
using DataTransferHub.Objects.Units;
using DataTransferHub.Servers.S3;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Runs;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>Everything one transfer needs, with a network that can be scripted and a ledger that can be inspected.</summary>
sealed class Bench : IDisposable
{
    readonly S3Server _server;
    readonly StoreFactory _stores;
    readonly SettingsReader _settings;
    readonly TransferFactory _transfers;
    readonly IOptions<ObjectOptions> _options;

    readonly TemporaryFolder _folders = new();

    Bench(S3Server server, string source, string destination, ObjectOptions options, HttpMessageHandler? line)
    {
        _server = server;
        Wire = new ScriptedWire(line);
        _options = Options.Create(options);
        SourceBucket = source;
        DestinationBucket = destination;
        Transport = new S3Transport(Wire);
        Vault["keys"] = server.SecretJson;
        var folders = new LocalFolderOptions { Roots = _folders.Path };
        var hub = new HubOptions { DataDirectory = Path.Combine(Path.GetTempPath(), "not-the-hubs") };
        Buckets = new WatchedStores(new S3StoreProvider(Vault, Transport, _options, TimeProvider.System));
        Folders = new WatchedStores(new LocalFolderProvider(Options.Create(folders), Options.Create(hub), TimeProvider.System));
        _stores = new StoreFactory([Buckets, Folders]);
        _settings = new SettingsReader(_stores);
        _transfers = new TransferFactory(
            _stores, _settings, Unproven, Versions, new RunWatch(Ledger, Tasks, TimeProvider.System), new MemoryBudget(options),
            new RateLimiters(Limits, LimitClock), _options, TimeProvider.System, Log.Of<TransferFactory>());
        Parameters = new()
        {
            ["srcBucket"] = source,
            ["srcEndpoint"] = server.Url.ToString(),
            ["srcCredentials"] = "keys",
            ["destBucket"] = destination,
            ["destEndpoint"] = server.Url.ToString(),
            ["destCredentials"] = "keys",
            ["destAcl"] = "none",
            ["destStorageClass"] = "STANDARD",
        };
    }

    public S3Server Server => _server;

    public string SourceBucket { get; }

    public string DestinationBucket { get; }

    public Dictionary<string, string> Parameters { get; }

    public ScriptedWire Wire { get; }

    /// <summary>The limits of the task and the endpoints.</summary>
    public MemoryLimits Limits { get; } = new();

    /// <summary>The clock by which limits are kept.</summary>
    public FakeTimeProvider LimitClock { get; } = new();

    /// <summary>Watches buckets.</summary>
    public WatchedStores Buckets { get; }

    /// <summary>Watches folders.</summary>
    public WatchedStores Folders { get; }

    /// <summary>Watches the kind of store that the destination is.</summary>
    public WatchedStores DestinationStores => Parameters.ContainsKey("destBucket") ? Buckets : Folders;

    /// <summary>The folder of one end, where that is a folder.</summary>
    public string FolderOf(StoreSide side) => Path.Combine(_folders.Path, side.ToString());

    /// <summary>Uses a new folder as one end of the transfer.</summary>
    public void UseFolder(StoreSide side)
    {
        Directory.CreateDirectory(FolderOf(side));
        var end = side is StoreSide.Source ? "src" : "dest";
        foreach (var name in Parameters.Keys.Where(name => name.StartsWith(end, StringComparison.Ordinal)).ToList())
            Parameters.Remove(name);
        Parameters[end + "Endpoint"] = "file://" + FolderOf(side);
    }

    /// <summary>The objects of the destination.</summary>
    public Task<IReadOnlyList<S3Object>> ListCopiesAsync() => _server.ListAsync(DestinationBucket, cancellationToken: Ct);

    /// <summary>Both buckets hold the same keys with the same contents.</summary>
    public async Task AssertSidesAreEqualAsync() => Assert.Equal(
        await _server.HashAllAsync(SourceBucket, cancellationToken: Ct),
        await _server.HashAllAsync(DestinationBucket, cancellationToken: Ct));

    /// <summary>Writes an object of the source by the hub's own store: no other client can write all keys.</summary>
    public async Task PutByStoreAsync(string key, byte[] content)
    {
        await (await OpenAsync()).Source.PutAsync(key, new MemoryContent(content), null, ObjectAttributes.None, Ct);
    }

    /// <summary>Deletes an object of the source.</summary>
    public async Task DeleteByStoreAsync(string key) => await (await OpenAsync()).Source.DeleteAsync(key, Ct);

    /// <summary>Reads an object of the destination by the hub's own store.</summary>
    public async Task<byte[]> ReadByStoreAsync(string key)
    {
        using var body = await (await OpenAsync()).Destination.GetAsync(key, null, ObjectVersion.Unknown, Ct);
        using var bytes = new MemoryStream();
        await body.Content.CopyToAsync(bytes, Ct);
        return bytes.ToArray();
    }

    public S3Transport Transport { get; }

    public MemoryLog Log { get; } = new();

    /// <summary>The values of the log entries with an event id; each names this task and this run.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Logged(int eventId)
    {
        var entries = Log.Entries.Where(entry => entry.Id == eventId).Select(entry => entry.Values).ToList();
        Assert.All(entries, values => Assert.Equal((Run.TaskId, Run.RunId), (values["TaskId"], values["RunId"])));
        return entries;
    }

    public MemoryVault Vault { get; } = new();

    public MemoryWorkArea WorkArea { get; } = new();

    public MemoryLedger Ledger { get; } = new();

    public MemoryUnproven Unproven { get; } = new();

    public MemoryVersions Versions { get; } = new();

    /// <summary>The task's record.</summary>
    public OneTask Tasks { get; } = new();

    /// <summary>The clock of batches, of the shares of activities, and of progress reports while a unit is being copied.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Opens transfers, as every activity does.</summary>
    public TransferFactory Transfers => _transfers;

    /// <summary>Why objects failed.</summary>
    public IReadOnlyList<string> Errors => Ledger.Outcomes(Run.RunId).SelectMany(unit => unit.Failed).Select(item => item.Error).ToList();

    public RunRequest Run => new("task", "task-r1", Parameters);

    public ObjectsPlugin Plugin => new(_stores, _settings, Cleaner, TimeProvider.System);

    /// <summary>What clean-ups could not remove.</summary>
    public MemoryLeftovers Leftovers { get; } = new();

    RunCleaner Cleaner => new(_transfers, WorkArea, Ledger, Leftovers);

    /// <summary>Reads parameters as the hub does.</summary>
    public SettingsReader Settings => _settings;

    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<Bench> CreateAsync(ISharedServer shared, Action<ObjectOptions>? configure = null) =>
        await CreateAsync(await shared.GetServerAsync(), configure);

    /// <summary>A bench on a server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="configure">Changes the options.</param>
    /// <param name="line">How the server is reached where that is not the usual way; disposed with the bench.</param>
    public static async Task<Bench> CreateAsync(
        S3Server server, Action<ObjectOptions>? configure = null, HttpMessageHandler? line = null) =>
        Of(server, await server.CreateBucketAsync("source"), await server.CreateBucketAsync("destination"), configure, line);

    /// <summary>A bench on buckets that are there: nothing is known about them.</summary>
    public static Bench Of(
        S3Server server, string source, string destination, Action<ObjectOptions>? configure = null, HttpMessageHandler? line = null)
    {
        // Large objects are sent in parts, however fast one piece would be.
        var options = new ObjectOptions
        {
            PartSize = 5L << 20,
            MultipartThreshold = 12L << 20,
            MaximumAttempts = 3,
            OnePieceTime = TimeSpan.FromMilliseconds(1),
        };
        configure?.Invoke(options);
        return new Bench(server, source, destination, options, line);
    }

    /// <summary>Reaches both buckets at another address of the server, with the bucket in its host where the address has a name.</summary>
    public void Address(Uri url) => Parameters["srcEndpoint"] = Parameters["destEndpoint"] = url.ToString();

    public Task PutAsync(string key, byte[] content) => _server.PutAsync(SourceBucket, key, content);

    public Task<byte[]> ReadCopyAsync(string key) => _server.GetAsync(DestinationBucket, key);

    public Task<Transfer> OpenAsync() => _transfers.OpenAsync(Run, Ct);

    /// <summary>The units of small objects that were found last.</summary>
    public IReadOnlyList<string> Units { get; private set; } = [];

    /// <summary>The units of one large object that were found last.</summary>
    public IReadOnlyList<string> LargeUnits { get; private set; } = [];

    public async Task<FindResult> FindAsync(int batch = 0, string? after = null, string? retryOf = null, string? token = null)
    {
        var found = await NewFindChanges()
            .RunAsync(new FindRequest(Run with { RetryOfRunId = retryOf }, batch, after, token), Ct);
        Units = Enumerable.Range(0, found.Units).Select(unit => CopyUnits.UnitId(batch, found.Attempt, unit)).ToList();
        LargeUnits = Enumerable.Range(0, found.LargeUnits).Select(unit => CopyUnits.LargeUnitId(batch, found.Attempt, unit)).ToList();
        return found;
    }

    /// <summary>The lists of prefixes of runs.</summary>
    public PrefixLists Lists => new(_stores, WorkArea) { Limits = SortLimits };

    /// <summary>The limits of sorting a list of prefixes.</summary>
    public SortLimits SortLimits { get; set; } = SortLimits.Default;

    Search Search => new(new SearchScope(Lists), Time);

    /// <summary>The activity that finds changes.</summary>
    public FindChanges NewFindChanges() => new(_transfers, Search, WorkArea, Ledger, _options);

    /// <summary>Finds a batch of a dry run.</summary>
    public Task<DryRunFound> FindDryAsync(int batch = 0, string? after = null, string? token = null) =>
        new FindDryRun(_transfers, Search, WorkArea).RunAsync(new DryRunBatch(Run with { RunId = "task-d1" }, batch, after, token), Ct);

    public Task<UnitResult> CopyUnitAsync(string unit) =>
        new CopyObjects(_transfers, WorkArea, Ledger, _options, Time).RunAsync(new UnitRequest(Run, unit), Ct);

    public CopyObjects NewCopyObjects() => new(_transfers, WorkArea, Ledger, _options, Time);

    /// <summary>Copies one object of the source in one piece.</summary>
    public async Task<CopyOutcome> CopyObjectAsync(string key)
    {
        var transfer = await OpenAsync();
        var head = await transfer.Source.HeadAsync(key, Ct);
        var item = new CopyItem(key, head.Size!.Value, head.Version, head.Checksum);
        return await new ObjectCopier(transfer).CopyAsync(item, isPatient: true, Ct);
    }

    public Task<UploadStart> StartUploadAsync(UploadRequest upload) =>
        new StartUpload(_transfers, WorkArea, Ledger, _options, TimeProvider.System).RunAsync(upload, Ct);

    /// <summary>Starts the upload of the one large object that was found.</summary>
    public async Task<UploadRequest> StartUploadAsync()
    {
        var upload = new UploadRequest(Run, Assert.Single(LargeUnits), 0);
        return upload with { Plan = (await StartUploadAsync(upload)).Plan };
    }

    public Task<StepResult> CopyPartsAsync(UploadRequest upload, int group = 0, string? chain = null) =>
        new CopyParts(_transfers, WorkArea, Ledger, Time).RunAsync(new PartsRequest(upload, group, chain), Ct);

    public Task<StepResult> CompleteAsync(UploadRequest upload, string? chain) =>
        new CompleteUpload(_transfers, WorkArea, Ledger).RunAsync(new CompleteRequest(upload, chain), Ct);

    public Task CleanUpAsync(RunRequest? run = null) => new CleanUpObjects(Cleaner).RunAsync(run ?? Run, Ct);

    /// <summary>Lets an engine run the activities on this bench.</summary>
    public void Play(ScriptedRun run)
    {
        run.Play<FindRequest, FindResult>(
            nameof(FindChanges), NewFindChanges().RunAsync);
        run.Play<FindingsRecord, object?>(nameof(RecordFindings), async (record, token) =>
        {
            await new RecordFindings(Ledger).RunAsync(record, token);
            return null;
        });
        run.Play<UnitRequest, UnitResult>(
            nameof(CopyObjects), new CopyObjects(_transfers, WorkArea, Ledger, _options, Time).RunAsync);
        run.Play<UploadRequest, UploadStart>(
            nameof(StartUpload), new StartUpload(_transfers, WorkArea, Ledger, _options, TimeProvider.System).RunAsync);
        run.Play<PartsRequest, StepResult>(nameof(CopyParts), new CopyParts(_transfers, WorkArea, Ledger, Time).RunAsync);
        run.Play<CompleteRequest, StepResult>(nameof(CompleteUpload), new CompleteUpload(_transfers, WorkArea, Ledger).RunAsync);
        run.Play<AbandonRequest, UnitResult>(nameof(AbandonUpload), new AbandonUpload(_transfers, WorkArea, Ledger).RunAsync);
        var outages = new OutageActivities(_transfers, Ledger);
        run.Play<RunRequest, Outage?>(nameof(OutageActivities.ProbeStores), outages.ProbeStores);
        run.Play<WaitReport, object?>(nameof(OutageActivities.ReportOutage), async (report, token) =>
        {
            await outages.ReportOutage(report, token);
            return null;
        });
    }

    /// <summary>Finds, and copies every unit of the first batch, large objects included, the way the orchestrators do.</summary>
    public async Task<UnitResult> TransferAsync()
    {
        var found = await FindAsync();
        Assert.Null(found.NextKey);
        var total = new UnitResult(0, 0, found.Findings.Skipped, 0);
        foreach (var unit in Units)
            total = Add(total, await CopyUnitAsync(unit));
        foreach (var unit in LargeUnits)
            total = Add(total, await CopyLargeAsync(unit));
        return total;
    }

    public async Task<UnitResult> CopyLargeAsync(string unit)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (upload, step) = await CopyLargeOnceAsync(new UploadRequest(Run, unit, attempt));
            if (step.End == StepEnd.Finished)
                return step.Unit!;
            var isFinal = step.End != StepEnd.StartAgain || attempt == 2;
            var result = await new AbandonUpload(_transfers, WorkArea, Ledger)
                .RunAsync(new AbandonRequest(upload, step, isFinal), Ct);
            if (isFinal)
                return result;
        }
    }

    public void Dispose()
    {
        Transport.Dispose();
        _folders.Dispose();
    }

    async Task<(UploadRequest Upload, StepResult Step)> CopyLargeOnceAsync(UploadRequest upload)
    {
        var start = await StartUploadAsync(upload);
        upload = upload with { Plan = start.Plan };
        if (start.Step.End != StepEnd.Done)
            return (upload, start.Step);
        var step = StepResult.Done;
        for (var group = 0; group < start.Groups; group++)
        {
            step = await CopyPartsAsync(upload, group, step.ChainState);
            if (step.End != StepEnd.Done)
                return (upload, step);
        }

        return (upload, await CompleteAsync(upload, step.ChainState));
    }

    static UnitResult Add(UnitResult one, UnitResult other) => new(
        one.Copied + other.Copied, one.Failed + other.Failed, one.Skipped + other.Skipped, one.BytesCopied + other.BytesCopied);
}
