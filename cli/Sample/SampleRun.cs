using System.Diagnostics;
using Amazon.S3.Model;
using DataTransferHub.Cli.Hub;
using DataTransferHub.Cli.Processes;
using DataTransferHub.Cli.S3;
using Spectre.Console;

namespace DataTransferHub.Cli.Sample;

/// <summary>One sample run, with everything that it started.</summary>
sealed class SampleRun : IAsyncDisposable
{
    const string LargeKey = "large/一个大文件 + one large object.bin";
    const int WorstShown = 10;
    const string Originals = "originals";
    const string Copies = "copies";
    const string Secret = "sample";

    readonly SampleOptions _options;
    readonly IAnsiConsole _console;
    readonly string _folder;
    HubProcess? _hub;
    S3rverServer? _source;
    S3rverServer? _destination;
    bool _keep;

    public SampleRun(SampleOptions options, IAnsiConsole console)
    {
        _options = options;
        _console = console;
        _folder = Path.Combine(Repository.Root, ".hub", $"sample-{DateTime.Now:yyyyMMdd-HHmmss}-{Environment.ProcessId}");
    }

    string ReceivedLog => Path.Combine(_folder, "received.log");

    /// <summary>Runs the sample; false if something is wrong, which has been written to the console.</summary>
    public async Task<bool> RunAsync(CancellationToken cancellationToken)
    {
        await StartAsync(cancellationToken);
        var bytes = await FillAsync(cancellationToken);
        await _destination!.Client.PutBucketAsync(Copies, cancellationToken);
        await _hub!.Api.CreateSecretAsync(Secret, _destination.SecretJson, cancellationToken);

        var clock = Stopwatch.StartNew();
        var taskId = await _hub.Api.CreateTaskAsync(Parameters(), "Sample run", cancellationToken);
        var firstObject = FirstObjectAsync(clock, cancellationToken);
        if (_options.Kills > 0)
            _console.WriteLine($"Killing the hub {_options.Kills} times at random moments; --seed {_options.Seed} chooses them again");
        var task = _options.Kills > 0
            ? await new KilledTransfer(_console, _hub, ReceivedLog, new Random(_options.Seed))
                .FollowAsync(taskId, _options.Kills, cancellationToken)
            : await new TransferView(_console, _hub.Api).FollowAsync(taskId, cancellationToken);
        var transfer = clock.Elapsed;

        if (task.Progress != "DONE")
        {
            _console.MarkupLineInterpolated($"[red]The task ended with {task.Progress}:[/] {task.ErrorMessage}");
            foreach (var failed in (await _hub.Api.ListFailedAsync(taskId, cancellationToken)).Take(WorstShown))
                _console.MarkupLineInterpolated($"  {failed.Key}: {failed.Error}");
            ShowHubLog();
            return false;
        }

        _console.WriteLine("Reading both sides and comparing every object ...");
        clock.Restart();
        var comparison = await Comparison.MakeAsync(_source!, Originals, _destination, Copies, cancellationToken);
        var right = comparison.IsRight(_options.Objects + 1) && CountsAddUp(task.Run!, bytes);
        ShowSummary(task.Run!, transfer, await firstObject, comparison, clock.Elapsed);
        ShowFaults(comparison);
        if (right && _options.Keep)
            Keep();
        return right;
    }

    /// <summary>Shows the end of the hub's log.</summary>
    public void ShowHubLog()
    {
        if (_hub?.LogTail() is { Length: > 0 } tail)
            _console.WriteLine($"The end of the hub's log:\n{tail}");
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_keep)
        {
            _hub!.Release();
            _source!.Release();
            _destination!.Release();
            return;
        }

        foreach (var started in new IAsyncDisposable?[] { _hub, _source, _destination })
        {
            if (started is not null)
                await started.DisposeAsync();
        }

        if (Directory.Exists(_folder))
            Directory.Delete(_folder, recursive: true);
    }

    async Task StartAsync(CancellationToken cancellationToken)
    {
        _console.WriteLine("Starting two S3 servers and the hub ...");
        _source = await S3rverServer.StartAsync(Path.Combine(_folder, "source"), cancellationToken: cancellationToken);
        _destination = await S3rverServer.StartAsync(Path.Combine(_folder, "destination"), ReceivedLog, cancellationToken);
        _hub = await HubProcess.StartAsync(
            Directory.CreateDirectory(Path.Combine(_folder, "hub")).FullName, cancellationToken: cancellationToken);
        _console.WriteLine($"Hub {_hub.Url}  source {_source.Url}  destination {_destination.Url}");
    }

    async Task<long> FillAsync(CancellationToken cancellationToken)
    {
        var files = SourceFiles.Choose(_options.Objects, _options.Seed);
        var large = (long)_options.LargeMebibytes << 20;
        _console.WriteLine($"Filling the source with {files.Count:N0} files of this machine and one object of {Units.Bytes(large)} ...");
        await _source!.Client.PutBucketAsync(Originals, cancellationToken);
        await SourceFiles.UploadAsync(_source.Client, Originals, files, cancellationToken);
        await SourceFiles.UploadLargeAsync(_source.Client, Originals, LargeKey, large, _folder, cancellationToken);
        return (await _source.ListAsync(Originals, cancellationToken: cancellationToken)).Sum(item => item.Size ?? 0);
    }

    Dictionary<string, string> Parameters() => new()
    {
        ["srcType"] = "Amazon_S3",
        ["srcBucket"] = Originals,
        ["srcEndpoint"] = _source!.Url.GetLeftPart(UriPartial.Authority),
        ["srcRegion"] = _source.Region,
        ["srcCredentials"] = Secret,
        ["destBucket"] = Copies,
        ["destEndpoint"] = _destination!.Url.GetLeftPart(UriPartial.Authority),
        ["destRegion"] = _destination.Region,
        ["destInCurrentAccount"] = "false",
        ["destCredentials"] = Secret,
    };

    /// <summary>The time until the first object was at the destination.</summary>
    async Task<TimeSpan> FirstObjectAsync(Stopwatch clock, CancellationToken cancellationToken)
    {
        var request = new ListObjectsV2Request { BucketName = Copies, MaxKeys = 1 };
        while ((await _destination!.Client.ListObjectsV2Async(request, cancellationToken)).S3Objects is not { Count: > 0 })
            await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
        return clock.Elapsed;
    }

    bool CountsAddUp(HubRun run, long bytes)
    {
        var objects = _options.Objects + 1;
        var right = run.ItemsFound == objects && run.ItemsCopied == objects && run.ItemsFailed == 0 && run.ItemsUnchanged == 0
            && run.BytesFound == bytes && run.BytesCopied == bytes;
        if (!right)
            _console.MarkupLineInterpolated(
                $"[red]The counts are wrong:[/] the source had {objects:N0} objects with {bytes:N0} bytes, the task reports {run}");
        return right;
    }

    void ShowSummary(HubRun run, TimeSpan transfer, TimeSpan firstObject, Comparison comparison, TimeSpan comparing)
    {
        (string Name, string Value)[] facts =
        [
            ("Objects copied", $"{run.ItemsCopied:N0}"),
            ("Bytes copied", $"{Units.Bytes(run.BytesCopied)} ({run.BytesCopied:N0})"),
            ("Time from createTask to DONE", $"{transfer.TotalSeconds:N1} s"),
            ("First object at the destination after", $"{firstObject.TotalSeconds:N2} s"),
            ("Rate", $"{Units.Bytes(run.BytesCopied / transfer.TotalSeconds)}/s, {run.ItemsCopied / transfer.TotalSeconds:N0} objects/s"),
            ("Equal by SHA-256", $"{comparison.Equal.Count:N0} of {_options.Objects + 1:N0}, read in {comparing.TotalSeconds:N1} s"),
            ("Different / missing / extra",
                $"{comparison.Different.Count:N0} / {comparison.Missing.Count:N0} / {comparison.Extra.Count:N0}" ),
        ];
        if (_options.Kills > 0)
        {
            var received = ReceivedBytes.Read(ReceivedLog);
            facts =
            [
                .. facts,
                ("Objects and parts sent again",
                    $"{Units.Bytes(Math.Max(0, received.Bytes - run.BytesCopied))}; {received.SentAgain:N0} arrived twice"),
            ];
        }

        if (!_console.Profile.Capabilities.Interactive)
        {
            foreach (var (name, value) in facts)
                _console.WriteLine($"{name}: {value}");
            return;
        }

        var table = new Table().HideHeaders().AddColumns("what", "value");
        foreach (var (name, value) in facts)
            table.AddRow(name.EscapeMarkup(), value.EscapeMarkup());
        _console.Write(table);
    }

    void ShowFaults(Comparison comparison)
    {
        foreach (var (what, keys)
            in new[] { ("different", comparison.Different), ("missing", comparison.Missing), ("extra", comparison.Extra) })
        {
            foreach (var key in keys.Take(WorstShown))
                _console.MarkupLineInterpolated($"[red]{what}:[/] {key}");
        }
    }

    void Keep()
    {
        _keep = true;
        _console.WriteLine(
            $"The hub is still running at {_hub!.Url}, the servers at {_source!.Url} (source) and {_destination!.Url} (destination).");
        _console.WriteLine($"Stop them with: kill {_hub.ProcessId} {_source.ProcessId} {_destination.ProcessId}");
        _console.WriteLine($"and remove their data with: rm -rf '{_folder}'");
    }
}
