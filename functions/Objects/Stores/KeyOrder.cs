namespace DataTransferHub.Objects.Stores;

/// <summary>
/// The order of S3 listings: by the keys' UTF-8 bytes. It is the order of UTF-16 code units, except that surrogates (code points from
/// U+10000) come after U+E000 to U+FFFF.
/// </summary>
sealed class KeyOrder : IComparer<string>
{
    public static readonly KeyOrder Instance = new();

    public int Compare(string? x, string? y) => Compare(x.AsSpan(), y.AsSpan());

    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        var same = x.CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
            return x.Length.CompareTo(y.Length);
        return Rank(x[same]).CompareTo(Rank(y[same]));
    }

    static int Rank(char c) => char.IsSurrogate(c) ? c + 0x10000 : c;
}
