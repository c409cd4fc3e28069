using System.Globalization;
using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Objects;

/// <summary>The workloads of <c>objects</c>.</summary>
/// <param name="isQuick">Whether they are a tenth as large, to see that they run.</param>
sealed class Workloads(bool isQuick)
{
    const long KiB = 1024;
    const long MiB = 1024 * KiB;
    const long LargeBytes = 256 * MiB;

    // What a store on the same continent and one on the other side of the world take to answer.
    static readonly TimeSpan Near = TimeSpan.FromMilliseconds(50);
    static readonly TimeSpan Far = TimeSpan.FromMilliseconds(200);

    // In flight at each store.
    const int BusyStore = 300;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Workload> All =>
    [
        Small("small", 10_000, 4 * KiB, "", [new Hub(), Hub.Cold, Rclone.Default, Rclone.ForSmallObjects(32)]),
        Small("many", 300_000, KiB, "", [new Hub(), Rclone.Default, Rclone.ForSmallObjects(32)]),
        Small("unchanged", 300_000, KiB, " on both sides, nothing to do", [new Hub(), Rclone.Default, Rclone.ForComparing(32)]) with
        {
            HasNothingToDo = true,
        },
        Small("synthetic", 10_000_000, KiB, " on both sides, in listings only, nothing to do", [new Hub()]) with
        {
            HasNothingToDo = true,
            IsSynthetic = true,
        },
        Large("large-parts", [Hub.InParts, Rclone.Default, Rclone.InParts]),
        Large("large", [new Hub(), Rclone.Default, Rclone.SinglePut]),
        Small("near", 20_000, 4 * KiB, ", 50 ms for each request", FarContestants) with { Latency = Near },
        Small("far", 20_000, 4 * KiB, ", 200 ms for each request", FarContestants) with { Latency = Far },
        Small(
            "slowdown", 20_000, 4 * KiB, $", 200 ms for each request, SlowDown above {BusyStore} in flight", FarContestants) with
        {
            Latency = Far,
            MostInFlight = BusyStore,
        },
        Small(
            "near-unchanged", 20_000, 4 * KiB, " on both sides, nothing to do, 50 ms for each request",
            [new Hub(), Rclone.Default, Rclone.ForComparing(256)]) with
        {
            HasNothingToDo = true,
            Latency = Near,
        },
        Small("kill-small", 10_000, 4 * KiB, ", the hub killed in the middle", [new KilledHub("killed once", Scale(10_000) * 4 * KiB)]),
        Large(
            "kill-large",
            [
                new KilledHub("killed once, in one piece", LargeObjects.Count * LargeObjects.Size),
                new KilledHub("killed once, in parts", LargeObjects.Count * LargeObjects.Size, Hub.PartsOnly),
            ]),
        Small("direct", 10_000, 4 * KiB, "", [new Hub(), new DirectCopy()]),
    ];

    // The hub as it is, and with fixed numbers of transfers.
    static IReadOnlyList<IContestant> FarContestants =>
    [
        new Hub(), Hub.WithTransfers(32), Hub.WithTransfers(64), Hub.WithTransfers(256), Hub.WithTransfers(1000),
        Rclone.ForSmallObjects(32), Rclone.ForSmallObjects(256),
    ];

    Fill LargeObjects => new(isQuick ? 2 : 6, LargeBytes);

    Workload Small(string name, int count, long size, string condition, IReadOnlyList<IContestant> contestants)
    {
        var objects = new Fill(Scale(count), size);
        return new Workload(
            name, string.Create(CultureInfo.InvariantCulture, $"{objects.Count:N0} objects of {size / KiB} KiB{condition}"), objects,
            contestants);
    }

    Workload Large(string name, IReadOnlyList<IContestant> contestants) =>
        new(name, $"{LargeObjects.Count} objects of {LargeBytes / MiB} MiB", LargeObjects, contestants) { MayBeInParts = true };

    int Scale(int count) => isQuick ? count / 10 : count;
}
