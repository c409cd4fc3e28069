using System.Text.Json.Serialization;
using DataTransferHub.Objects.Stores;

namespace DataTransferHub.Objects.Integrity;

/// <summary>The boundaries of an object's parts. Parts are numbered from 1.</summary>
/// <param name="Size">Size of the object, in bytes.</param>
/// <param name="PartSize">Size of every part but the last; if <paramref name="Sizes"/> is given, size of the largest part.</param>
/// <param name="Sizes">Size of each part, if they are uneven.</param>
sealed record PartLayout(long Size, long PartSize, IReadOnlyList<long>? Sizes = null)
{
    long[]? _offsets;

    /// <summary>The layout of parts with these sizes, which are stored only if they are uneven.</summary>
    public static PartLayout Of(IReadOnlyList<long> sizes)
    {
        var isEven = sizes.Take(sizes.Count - 1).All(size => size == sizes[0]) && sizes[^1] <= sizes[0];
        return new PartLayout(sizes.Sum(), sizes.Max(), isEven ? null : sizes);
    }

    /// <summary>Number of parts; 1 for an empty object.</summary>
    [JsonIgnore]
    public int Parts => Sizes?.Count ?? (int)Math.Max(1, (Size + PartSize - 1) / PartSize);

    /// <summary>A part.</summary>
    public PartRange this[int part] => new(part, OffsetOf(part), LengthOf(part));

    /// <summary>Size of a part, in bytes.</summary>
    public long LengthOf(int part) => Sizes?[part - 1] ?? Math.Min(PartSize, Size - (part - 1) * PartSize);

    /// <summary>Offset of a part in the object.</summary>
    public long OffsetOf(int part) => Sizes is null ? (part - 1) * PartSize : (_offsets ??= OffsetsOf(Sizes))[part - 1];

    static long[] OffsetsOf(IReadOnlyList<long> sizes)
    {
        var offsets = new long[sizes.Count];
        for (var i = 1; i < offsets.Length; i++)
            offsets[i] = offsets[i - 1] + sizes[i - 1];
        return offsets;
    }
}
