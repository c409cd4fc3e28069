using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Objects;

/// <summary>Two stores, and the programs that copy from one to the other in turn.</summary>
/// <param name="Name">Its name on the command line.</param>
/// <param name="Title">Its name in the table.</param>
/// <param name="Objects">What is copied, or what both sides have.</param>
/// <param name="Contestants">The programs.</param>
sealed record Workload(string Name, string Title, Fill Objects, IReadOnlyList<IContestant> Contestants)
{
    /// <summary>Whether the destination has all objects from the start.</summary>
    public bool HasNothingToDo { get; init; }

    /// <summary>Whether the objects exist only in listings.</summary>
    public bool IsSynthetic { get; init; }

    /// <summary>Whether objects may arrive in parts, so that their ETags differ from those of the source.</summary>
    public bool MayBeInParts { get; init; }

    /// <summary>The delay of every request.</summary>
    public TimeSpan Latency { get; init; }

    /// <summary>The number of requests in flight above which each store answers SlowDown.</summary>
    public int MostInFlight { get; init; } = int.MaxValue;

    /// <summary>How the source is started.</summary>
    public StoreOptions Source => Options(hasObjects: true);

    /// <summary>How the destination is started.</summary>
    public StoreOptions Destination => Options(HasNothingToDo) with { DropsBodies = true };

    /// <summary>Fails unless the destination has just the source's objects, and nothing unfinished.</summary>
    /// <exception cref="InvalidOperationException">It has not.</exception>
    public async Task VerifyAsync(StoreProcess source, StoreProcess destination, CancellationToken cancellationToken)
    {
        var wanted = await source.ReadContentsAsync(cancellationToken);
        var found = await destination.ReadContentsAsync(cancellationToken);
        if (MayBeInParts)
            found = found with { ETagsHash = wanted.ETagsHash };
        if (found != wanted)
            throw new InvalidOperationException($"The destination has {found}, the source {wanted}.");
    }

    StoreOptions Options(bool hasObjects) => new()
    {
        Fills = hasObjects && !IsSynthetic ? [Objects] : [],
        Synthetic = hasObjects && IsSynthetic ? Objects.Count : 0,
        Latency = Latency,
        MostInFlight = MostInFlight,
    };
}
