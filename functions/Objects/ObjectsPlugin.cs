using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Finding.Prefixes;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Tasks.Plugins;

namespace DataTransferHub.Objects;

/// <summary>Moves objects between object stores.</summary>
sealed class ObjectsPlugin(StoreFactory stores, SettingsReader reader, RunCleaner cleaner, TimeProvider time) : ITransferPlugin
{
    // The creation of a task waits for this check; a slower store is checked by the run.
    static readonly TimeSpan ProbePatience = TimeSpan.FromSeconds(3);

    public string Type => "S3EC2";

    public TaskEngine Engine => TaskEngine.Hub;

    public string Description => "Objects between object stores.";

    public ItemNoun Item { get; } = new("object", "objects");

    public bool NeedsSchedule => true;

    public IReadOnlyList<ParameterDefinition> Parameters => ObjectParameters.All;

    public string RunOrchestrator => nameof(TransferObjects);

    public string DryRunActivity => nameof(FindDryRun);

    public string CleanUpActivity => nameof(CleanUpObjects);

    public IReadOnlyList<InputError> Check(TaskParameters parameters)
    {
        var errors = new List<InputError>();
        reader.Read(parameters, errors);
        return errors;
    }

    public IReadOnlyList<string> EndpointsOf(TaskParameters parameters)
    {
        var errors = new List<InputError>();
        var settings = reader.Read(parameters, errors);
        return errors.Count == 0 ? [settings.Source.Endpoint, settings.Destination.Endpoint] : [];
    }

    public async Task<IReadOnlyList<InputError>> ProbeAsync(TaskParameters parameters, CancellationToken cancellationToken)
    {
        var settings = reader.Read(parameters.Values);
        var prefix = settings.SourcePrefix;
        using var patience = new CancellationTokenSource(ProbePatience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        if (settings.Prefixes is { } list)
        {
            var (first, error) = await ReadFirstAsync(list, parameters, either.Token);
            cancellationToken.ThrowIfCancellationRequested();
            if (error is not null)
                return [error];
            prefix = first;
        }

        var faults = await Task.WhenAll(
            ProbeAsync(settings.Source, prefix, either.Token),
            ProbeAsync(settings.Destination, settings.DestinationKey(prefix), either.Token));
        cancellationToken.ThrowIfCancellationRequested();
        return faults.OfType<StoreException>().Select(fault => Describe(fault, parameters)).ToList();
    }

    public Task CleanUpAsync(RunRequest run, CancellationToken cancellationToken) => cleaner.CleanUpAsync(run, cancellationToken);

    // The first prefix of a list: credentials may be limited to the prefixes of the list. A list whose store is slow is read by the run.
    async Task<(string Prefix, InputError? Error)> ReadFirstAsync(
        PrefixListFile list, TaskParameters parameters, CancellationToken cancellationToken)
    {
        try
        {
            var first = "";
            var fault = await ProbeAsync(
                list.Location,
                async store => first = await new PrefixListText(store, list.Key).ReadFirstAsync(cancellationToken),
                cancellationToken);
            return (first, fault is null ? null : DescribeList(fault, parameters));
        }
        catch (FormatException fault)
        {
            return ("", new InputError(ObjectParameters.SrcPrefixsListFile, list.Key, fault.Message));
        }
    }

    static InputError DescribeList(StoreException fault, TaskParameters parameters)
    {
        if (fault.Fault is StoreFault.NotFound)
        {
            return new InputError(
                ObjectParameters.SrcPrefixsListFile, parameters.Get(ObjectParameters.SrcPrefixsListFile),
                $"{fault.Message} It must be the key of a text object with one prefix on each line.");
        }

        // Without an endpoint, a bucket of its own is read with the hub's own account.
        var concernsBucket = fault.Fault is StoreFault.NoSuchBucket or StoreFault.AccessDenied
            || fault.Fault is StoreFault.BadCredentials && !parameters.Has(ObjectParameters.SrcEndpoint);
        return concernsBucket && parameters.Has(ObjectParameters.SrcPrefixListBucket)
            ? new InputError(
                ObjectParameters.SrcPrefixListBucket, parameters.Get(ObjectParameters.SrcPrefixListBucket), fault.Message)
            : Describe(fault, parameters);
    }

    // Lists one key.
    Task<StoreException?> ProbeAsync(StoreLocation location, string prefix, CancellationToken cancellationToken) =>
        ProbeAsync(location, store => store.ListAsync(prefix, null, null, 1, cancellationToken), cancellationToken);

    // A transient fault is not an input error.
    async Task<StoreException?> ProbeAsync(
        StoreLocation location, Func<IObjectStore, Task> ask, CancellationToken cancellationToken)
    {
        const int Attempts = 3;
        try
        {
            var store = await stores.OpenAsync(location, cancellationToken);
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    await ask(store);
                    return null;
                }
                catch (StoreException fault) when (fault.Fault == StoreFault.Realigned && attempt < Attempts)
                {
                    // The next request uses the right region and clock.
                }
            }
        }
        catch (StoreException fault)
        {
            return !fault.IsTransient || fault.Fault == StoreFault.Unreachable ? fault : null;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    static InputError Describe(StoreException fault, TaskParameters parameters)
    {
        var field = (fault.Side, fault.Fault) switch
        {
            (StoreSide.Source, StoreFault.BadCredentials or StoreFault.AccessDenied) => ObjectParameters.SrcCredentials,
            (StoreSide.Source, StoreFault.Unreachable) => ObjectParameters.SrcEndpoint,
            (StoreSide.Source, _) => ObjectParameters.SrcBucket,
            (_, StoreFault.BadCredentials or StoreFault.AccessDenied) => ObjectParameters.DestCredentials,
            (_, StoreFault.Unreachable) => ObjectParameters.DestEndpoint,
            _ => ObjectParameters.DestBucket,
        };
        var (bucket, endpoint) = fault.Side is StoreSide.Source
            ? (ObjectParameters.SrcBucket, ObjectParameters.SrcEndpoint)
            : (ObjectParameters.DestBucket, ObjectParameters.DestEndpoint);

        // A local folder has its address alone.
        if (!parameters.Has(bucket))
            field = endpoint;
        return new InputError(field, parameters.Has(field) ? parameters.Get(field) : null, fault.Message);
    }
}
