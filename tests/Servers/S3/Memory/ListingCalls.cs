namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Listings of objects, in both versions, and of uploads.</summary>
static class ListingCalls
{
    // Marks a position before which the empty page was given already.
    const char EmptyPageGiven = '\u2063';

    /// <summary>How keys are written: as they are, or URL-encoded where that was asked for.</summary>
    /// <exception cref="S3Error">Another encoding was asked for.</exception>
    public static Func<string, string> Encoding(S3Call call) => call.Query("encoding-type") switch
    {
        null => text => text,
        "url" => UriText.EncodeListed,
        _ => throw S3Error.InvalidArgument("Invalid Encoding Method specified in Request"),
    };

    public static Task ListAsync(Exchange exchange)
    {
        var isSecond = exchange.Call.Query("list-type") switch
        {
            null => false,
            "2" when exchange.Quirks.Listings == ListingVersions.FirstRefusingSecond => throw S3Error.NotImplemented("list-type=2"),
            "2" => exchange.Quirks.Listings == ListingVersions.Both,
            _ => throw S3Error.InvalidArgument("Invalid List Type specified in Request"),
        };
        return isSecond ? ListSecondAsync(exchange) : ListFirstAsync(exchange);
    }

    public static Task ListUploadsAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var encode = Encoding(call);
        var count = Count(call, "max-uploads", 1000);
        if (!string.IsNullOrEmpty(call.Query("delimiter")))
            throw S3Error.NotImplemented("delimiters of upload listings");
        var uploads = exchange.Bucket.ListUploads(
            call.Query("prefix") ?? "", call.Query("key-marker") ?? "", call.Query("upload-id-marker") ?? "", count + 1);
        var isTruncated = uploads.Count > count;
        if (isTruncated)
            uploads.RemoveAt(count);
        var xml = new XmlText().Root("ListMultipartUploadsResult").Element("Bucket", call.Bucket)
            .Element("KeyMarker", encode(call.Query("key-marker") ?? ""))
            .Element("UploadIdMarker", call.Query("upload-id-marker") ?? "").Element("Prefix", encode(call.Query("prefix") ?? ""))
            .Element("MaxUploads", count).Element("EncodingType", call.Query("encoding-type")).Element("IsTruncated", isTruncated);
        if (isTruncated && count > 0)
            xml.Element("NextKeyMarker", encode(uploads[^1].Key)).Element("NextUploadIdMarker", uploads[^1].Id);
        foreach (var upload in uploads)
        {
            xml.Open("Upload").Element("Key", encode(upload.Key)).Element("UploadId", upload.Id)
                .Element("StorageClass", upload.Attributes.StorageClass).Element("Initiated", upload.Started).Close("Upload");
        }

        return exchange.Answer.XmlAsync(xml.Close("ListMultipartUploadsResult"));
    }

    static Task ListSecondAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var token = call.Query("continuation-token");
        var (page, count, position) = ReadPage(exchange, token is null ? call.Query("start-after") ?? "" : ParseToken(token));
        var encode = Encoding(call);
        var xml = new XmlText().Root("ListBucketResult").Element("Name", call.Bucket).Element("Prefix", encode(call.Query("prefix") ?? ""))
            .Element("StartAfter", call.Query("start-after") is { } start ? encode(start) : null).Element("ContinuationToken", token)
            .Element("NextContinuationToken", page.IsTruncated ? MakeToken(position) : null)
            .Element("KeyCount", page.Entries.Count).Element("MaxKeys", count)
            .Element("Delimiter", call.Query("delimiter") is { } delimiter ? encode(delimiter) : null)
            .Element("EncodingType", call.Query("encoding-type")).Element("IsTruncated", page.IsTruncated);
        return exchange.Answer.XmlAsync(Write(xml, page, key => encode(exchange.Quirks.ListedKey(key))).Close("ListBucketResult"));
    }

    static Task ListFirstAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var (page, count, position) = ReadPage(exchange, call.Query("marker") ?? "");
        var encode = Encoding(call);
        var delimiter = call.Query("delimiter");
        // Amazon gives NextMarker only with a delimiter; without one, the last key is the marker.
        var hasMarker = page.IsTruncated && (!string.IsNullOrEmpty(delimiter) || page.Entries.Count == 0);
        var xml = new XmlText().Root("ListBucketResult").Element("Name", call.Bucket).Element("Prefix", encode(call.Query("prefix") ?? ""))
            .Element("Marker", encode(call.Query("marker") ?? "")).Element("NextMarker", hasMarker ? encode(position) : null)
            .Element("MaxKeys", count).Element("Delimiter", delimiter is null ? null : encode(delimiter))
            .Element("EncodingType", call.Query("encoding-type")).Element("IsTruncated", page.IsTruncated);
        return exchange.Answer.XmlAsync(Write(xml, page, key => encode(exchange.Quirks.ListedKey(key))).Close("ListBucketResult"));
    }

    // A page after a position, the most entries it may have, and the position after it.
    static (ListedPage Page, int Count, string Position) ReadPage(Exchange exchange, string after)
    {
        var call = exchange.Call;
        var count = Count(call, "max-keys", exchange.Quirks.MaximumKeysPerPage);
        var begin = after.TrimEnd(EmptyPageGiven);
        if (after.Length - begin.Length < exchange.Quirks.EmptyPages)
            return (new ListedPage([], IsTruncated: true), count, after + EmptyPageGiven);
        after = begin;
        var page = exchange.Bucket.List(call.Query("prefix") ?? "", call.Query("delimiter") ?? "", after, count);
        return (page, count, page.Entries.Count > 0 ? page.Entries[^1].Name : after);
    }

    static int Count(S3Call call, string name, int most) => Math.Min(call.Number(name) ?? 1000, most);

    static XmlText Write(XmlText xml, ListedPage page, Func<string, string> encode)
    {
        foreach (var (name, item) in page.Entries)
        {
            if (item is null)
            {
                xml.Open("CommonPrefixes").Element("Prefix", encode(name)).Close("CommonPrefixes");
                continue;
            }

            xml.Open("Contents").Element("Key", encode(name)).Element("LastModified", item.Modified).Element("ETag", $"\"{item.ETag}\"")
                .Element("Size", item.Size).Element("StorageClass", item.Attributes.StorageClass).Close("Contents");
        }

        return xml;
    }

    static string MakeToken(string position) => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(position));

    static string ParseToken(string token)
    {
        try
        {
            return System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(token));
        }
        catch (FormatException)
        {
            throw S3Error.InvalidArgument("The continuation token provided is incorrect");
        }
    }
}
