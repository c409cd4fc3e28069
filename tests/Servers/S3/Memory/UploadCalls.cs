using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Multipart uploads.</summary>
static class UploadCalls
{
    public const int MaximumParts = 10_000;
    const int MinimumPartSize = 5 << 20;

    static long _lastUpload;

    public static Task CreateAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var attributes = StoredAttributes.Read(call, exchange.Quirks);
        // Ids are in the order in which uploads were started.
        var id = string.Create(CultureInfo.InvariantCulture, $"{Interlocked.Increment(ref _lastUpload):x12}{Guid.NewGuid():N}");
        exchange.Bucket.AddUpload(new StoredUpload(call.Key, id, attributes, exchange.Now));
        if (exchange.Quirks.EncryptionAnswers is not EncryptionAnswers.NotOfUploads)
            attributes.TellEncryption(call);
        return exchange.Answer.XmlAsync(
            new XmlText().Root("InitiateMultipartUploadResult").Element("Bucket", call.Bucket).Element("Key", call.Key)
                .Element("UploadId", id).Close("InitiateMultipartUploadResult"));
    }

    public static async Task PutPartAsync(Exchange exchange)
    {
        var call = exchange.Call;
        if (call.UploadId is not { } id || call.PartNumber is not { } number || number is < 1 or > MaximumParts)
            throw S3Error.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive");
        if (call.Header("x-amz-copy-source") is not null)
            throw S3Error.NotImplemented("x-amz-copy-source");
        var attributes = exchange.Bucket.AttributesOf(call.Key, id);
        var body = await exchange.ReadBodyAsync();
        var etag = ETags.Of(body.Md5, attributes, exchange.Quirks);
        exchange.Bucket.PutPart(call.Key, id, number, new StoredPart(body.Content, etag, body.Md5, exchange.Now, body.Checksum));
        call.Http.Response.Headers.ETag = $"\"{etag}\"";
        if (exchange.Quirks.EncryptionAnswers is not EncryptionAnswers.NotOfParts)
            attributes.TellEncryption(call);
        ObjectCalls.TellChecksum(call, body.Checksum);
        await exchange.Answer.EmptyAsync(StatusCodes.Status200OK);
    }

    public static Task ListPartsAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var marker = call.Number("part-number-marker") ?? 0;
        var count = Math.Min(call.Number("max-parts") ?? 1000, 1000);
        var parts = exchange.Bucket.ListParts(call.Key, call.UploadId!, marker, count + 1);
        var isTruncated = parts.Count > count;
        if (isTruncated)
            parts.RemoveAt(count);
        var encode = ListingCalls.Encoding(call);
        var xml = new XmlText().Root("ListPartsResult").Element("Bucket", call.Bucket).Element("Key", encode(call.Key))
            .Element("UploadId", call.UploadId).Element("StorageClass", exchange.Bucket.AttributesOf(call.Key, call.UploadId!).StorageClass)
            .Element("PartNumberMarker", marker).Element("NextPartNumberMarker", parts.Count > 0 ? parts[^1].Key : 0)
            .Element("MaxParts", count).Element("EncodingType", call.Query("encoding-type")).Element("IsTruncated", isTruncated);
        foreach (var (number, part) in parts)
        {
            xml.Open("Part").Element("PartNumber", number).Element("LastModified", part.Modified).Element("ETag", $"\"{part.ETag}\"")
                .Element("Size", part.Content.Length).Close("Part");
        }

        return exchange.Answer.XmlAsync(xml.Close("ListPartsResult"));
    }

    public static async Task CompleteAsync(Exchange exchange)
    {
        var call = exchange.Call;
        var body = await exchange.ReadBodyAsync();
        exchange.Bucket.AttributesOf(call.Key, call.UploadId!);
        var wanted = ReadParts(XmlBody.Read(body.Content, "CompleteMultipartUpload"));
        var item = exchange.Bucket.Complete(call.Key, call.UploadId!, upload => Join(upload, wanted, exchange), Conditions.ForWrite(call));
        item.Attributes.TellEncryption(call);
        var xml = new XmlText().Root("CompleteMultipartUploadResult")
            .Element("Location", $"http://{call.Header("Host")}/{call.Bucket}/{UriText.EncodePath(call.Key)}")
            .Element("Bucket", call.Bucket).Element("Key", call.Key)
            .Element("ETag", exchange.Quirks.HidesCompositeETags ? "" : $"\"{item.ETag}\"");
        if (item.Checksum is { } checksum)
            xml.Element("ChecksumCRC64NVME", checksum.Value).Element("ChecksumType", "FULL_OBJECT");
        await exchange.Answer.XmlAsync(xml.Close("CompleteMultipartUploadResult"));
    }

    public static Task AbortAsync(Exchange exchange)
    {
        exchange.Bucket.Abort(exchange.Call.Key, exchange.Call.UploadId!);
        return exchange.Answer.EmptyAsync(StatusCodes.Status204NoContent);
    }

    static List<(int Number, string ETag)> ReadParts(XElement xml)
    {
        var parts = xml.Elements().Where(child => child.Name.LocalName == "Part").Select(part => (
            Number: int.TryParse(XmlBody.Child(part, "PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                ? number : 0,
            ETag: ETags.Unquote(XmlBody.Child(part, "ETag") ?? ""))).ToList();
        if (parts.Count is 0 or > MaximumParts)
            throw S3Error.MalformedXml();
        if (parts.Any(part => part.Number is < 1 or > MaximumParts))
            throw S3Error.InvalidArgument("PartNumber must be >= 1 and <= 10000");
        for (var i = 1; i < parts.Count; i++)
        {
            if (parts[i].Number <= parts[i - 1].Number)
                throw S3Error.InvalidPartOrder();
        }

        return parts;
    }

    static StoredObject Join(StoredUpload upload, List<(int Number, string ETag)> wanted, Exchange exchange)
    {
        var parts = wanted
            .Select(part => upload.Parts.TryGetValue(part.Number, out var stored) && stored.ETag == part.ETag
                ? stored : throw S3Error.InvalidPart()).ToList();
        if (parts.SkipLast(1).Any(part => part.Content.Length < MinimumPartSize))
            throw S3Error.EntityTooSmall();
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        foreach (var part in parts)
            md5.AppendData(part.Md5);
        if (exchange.Quirks.HasOtherCompositeETags)
            md5.AppendData([0]);
        var etag = string.Create(
            CultureInfo.InvariantCulture, $"{ETags.Of(md5.GetHashAndReset(), upload.Attributes, exchange.Quirks)}-{parts.Count}");
        var contents = parts.Select(part => part.Content).ToList();
        return new StoredObject(
            contents, etag, upload.Attributes, exchange.Now, true, Checksums.Default(contents, exchange.Quirks));
    }
}
