using System.Buffers.Text;

namespace DataTransferHub.Bench.Store;

/// <summary>Listings of objects, of versions 1 and 2.</summary>
static class ListingRequests
{
    const int MaximumPage = 1000;

    // With a delimiter, most keys that are read may be skipped.
    const int ReadAtOnce = 200;

    public static Answer List(StoreRequest request, Bucket bucket)
    {
        var isSecond = request.Text("list-type") == "2";
        var prefix = request.Bytes("prefix");
        var delimiter = request.Bytes("delimiter");
        var urlEncodes = request.Text("encoding-type") == "url";
        var most = Math.Clamp(request.Number("max-keys", MaximumPage), 0, MaximumPage);
        var token = request.Text("continuation-token");
        var after = !isSecond ? request.Bytes("marker") : token.Length > 0 ? ReadToken(token) : request.Bytes("start-after");
        var page = Page.Read(bucket, prefix, delimiter, after, most);

        var xml = UploadRequests.Root("ListBucketResult"u8, urlEncodes)
            .Raw("<Name>"u8).Text(request.Bucket).Raw("</Name><Prefix>"u8).Name(prefix)
            .Raw("</Prefix><MaxKeys>"u8).Number(most).Raw("</MaxKeys><IsTruncated>"u8).Boolean(page.IsTruncated).Raw("</IsTruncated>"u8);
        if (delimiter.Length > 0)
            xml.Raw("<Delimiter>"u8).Name(delimiter).Raw("</Delimiter>"u8);
        if (urlEncodes)
            xml.Raw("<EncodingType>url</EncodingType>"u8);
        if (isSecond)
            xml.Raw("<KeyCount>"u8).Number(page.Objects.Count + page.Prefixes.Count).Raw("</KeyCount>"u8);
        if (page.IsTruncated && isSecond)
            xml.Raw("<NextContinuationToken>"u8).Text(Base64Url.EncodeToString(page.Last)).Raw("</NextContinuationToken>"u8);
        else if (page.IsTruncated)
            xml.Raw("<NextMarker>"u8).Name(page.Last).Raw("</NextMarker>"u8);
        foreach (var item in page.Objects)
        {
            xml.Raw("<Contents><Key>"u8).Name(item.Key)
                .Raw("</Key><LastModified>"u8).Time(item.Modified)
                .Raw("</LastModified><ETag>"u8).ETag(item.ETag)
                .Raw("</ETag><Size>"u8).Number(item.Size)
                .Raw("</Size><StorageClass>STANDARD</StorageClass></Contents>"u8);
        }

        foreach (var common in page.Prefixes)
            xml.Raw("<CommonPrefixes><Prefix>"u8).Name(common).Raw("</Prefix></CommonPrefixes>"u8);
        return Answer.Document(xml.Raw("</ListBucketResult>"u8));
    }

    static byte[] ReadToken(string token) => Base64Url.IsValid(token)
        ? Base64Url.DecodeFromChars(token)
        : throw StoreError.InvalidArgument("The continuation token provided is incorrect");

    sealed class Page
    {
        public List<StoredObject> Objects { get; } = [];

        public List<byte[]> Prefixes { get; } = [];

        /// <summary>The last entry, a key or a common prefix.</summary>
        public byte[] Last { get; private set; } = [];

        public bool IsTruncated { get; private set; }

        /// <summary>Reads the entries after one, which is a key or a common prefix.</summary>
        public static Page Read(Bucket bucket, byte[] prefix, byte[] delimiter, byte[] after, int most)
        {
            var page = new Page();
            var read = new List<StoredObject>();
            byte[]? from = after.AsSpan().SequenceCompareTo(prefix) > 0 ? after : prefix;
            while (from is not null)
            {
                // One more to see whether there are more, and one for the key to go on after.
                var count = delimiter.Length == 0 ? most + 2 : ReadAtOnce;
                read.Clear();
                bucket.Read(from, count, read);
                from = read.Count < count ? null : Next(read[^1].Key);
                foreach (var item in read)
                {
                    if (!item.Key.AsSpan().StartsWith(prefix))
                        return page;
                    var end = delimiter.Length == 0 ? -1 : item.Key.AsSpan(prefix.Length).IndexOf(delimiter);
                    var common = end < 0 ? null : item.Key[..(prefix.Length + end + delimiter.Length)];
                    if ((common ?? item.Key).AsSpan().SequenceEqual(after))
                    {
                        if (common is null)
                            continue;
                        from = Beyond(common);
                        break;
                    }

                    if (page.Objects.Count + page.Prefixes.Count == most)
                    {
                        page.IsTruncated = most > 0;
                        return page;
                    }

                    page.Last = common ?? item.Key;
                    if (common is null)
                    {
                        page.Objects.Add(item);
                        continue;
                    }

                    page.Prefixes.Add(common);
                    from = Beyond(common);
                    break;
                }
            }

            return page;
        }

        // The first possible key after a key.
        static byte[] Next(byte[] key) => [.. key, 0];

        // The first possible key after all that start with a prefix; null if there is none.
        static byte[]? Beyond(byte[] prefix)
        {
            var last = prefix.AsSpan().LastIndexOfAnyExcept((byte)0xFF);
            if (last < 0)
                return null;
            var beyond = prefix[..(last + 1)];
            beyond[last]++;
            return beyond;
        }
    }
}
