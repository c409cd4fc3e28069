using System.Globalization;
using DataTransferHub.Bench.Store;

namespace DataTransferHub.Bench.Objects;

/// <summary>The workloads of <c>objects</c>.</summary>
/// <param name="isQuick">Whether they are a tenth as large, to see that they run.</param>
sealed class Workloads(bool isQuick)
{
    const long KiB = 1024;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Workload> All =>
    [
        Small("small", 10_000, 4 * KiB, "", [new Hub(), Rclone.Default, Rclone.ForSmallObjects(32)]),
    ];

    Workload Small(string name, int count, long size, string condition, IReadOnlyList<IContestant> contestants)
    {
        var objects = new Fill(Scale(count), size);
        return new Workload(
            name, string.Create(CultureInfo.InvariantCulture, $"{objects.Count:N0} objects of {size / KiB} KiB{condition}"), objects,
            contestants);
    }

    int Scale(int count) => isQuick ? count / 10 : count;
}
