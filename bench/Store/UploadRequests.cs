using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Bench.Store;

/// <summary>Requests for uploads in parts.</summary>
static class UploadRequests
{
    const int MaximumPage = 1000;

    public static Answer Create(StoreRequest request, Bucket bucket, DateTime now)
    {
        var upload = new Upload(request.Key, Guid.NewGuid().ToString("N"), ObjectRequests.KeptHeaders(request), now);
        bucket.Add(upload);
        return Answer.Document(Root("InitiateMultipartUploadResult"u8)
            .Raw("<Bucket>"u8).Text(request.Bucket).Raw("</Bucket><Key>"u8).Name(request.Key)
            .Raw("</Key><UploadId>"u8).Text(upload.Id).Raw("</UploadId></InitiateMultipartUploadResult>"u8));
    }

    public static async ValueTask<Answer> PutPartAsync(StoreRequest request, Bucket bucket, RequestBody bodies, DateTime now)
    {
        var upload = bucket.GetUpload(request.Key, request.Text("uploadId"));
        var number = request.Number("partNumber", 0);
        if (number is < 1 or > 10_000)
            throw StoreError.InvalidArgument("partNumber must be between 1 and 10000");
        var (size, etag, body) = await bodies.ReadAsync(request);
        upload.Put(new UploadedPart(number, size, etag, now, body));
        ObjectRequests.WriteReceipt(request, etag, ObjectRequests.ChecksumOf(request));
        return Answer.Empty();
    }

    public static async ValueTask<Answer> CompleteAsync(StoreRequest request, Bucket bucket, DateTime now)
    {
        var upload = bucket.GetUpload(request.Key, request.Text("uploadId"));
        var item = upload.Join(await ReadPartsAsync(request.Http), now);
        bucket.Complete(upload, item);
        return Answer.Document(Root("CompleteMultipartUploadResult"u8)
            .Raw("<Bucket>"u8).Text(request.Bucket).Raw("</Bucket><Key>"u8).Name(request.Key)
            .Raw("</Key><ETag>"u8).ETag(item.ETag).Raw("</ETag></CompleteMultipartUploadResult>"u8));
    }

    public static Answer Abort(StoreRequest request, Bucket bucket)
    {
        bucket.Abort(bucket.GetUpload(request.Key, request.Text("uploadId")));
        return Answer.Empty(StatusCodes.Status204NoContent);
    }

    public static Answer ListParts(StoreRequest request, Bucket bucket)
    {
        var upload = bucket.GetUpload(request.Key, request.Text("uploadId"));
        var most = Math.Clamp(request.Number("max-parts", MaximumPage), 0, MaximumPage);
        var parts = upload.List(request.Number("part-number-marker", 0), most + 1);
        var xml = Root("ListPartsResult"u8)
            .Raw("<Bucket>"u8).Text(request.Bucket).Raw("</Bucket><Key>"u8).Name(request.Key)
            .Raw("</Key><UploadId>"u8).Text(upload.Id).Raw("</UploadId><MaxParts>"u8).Number(most)
            .Raw("</MaxParts><IsTruncated>"u8).Boolean(parts.Count > most).Raw("</IsTruncated>"u8);
        if (parts.Count > most && most > 0)
            xml.Raw("<NextPartNumberMarker>"u8).Number(parts[most - 1].Number).Raw("</NextPartNumberMarker>"u8);
        foreach (var part in parts.Take(most))
        {
            xml.Raw("<Part><PartNumber>"u8).Number(part.Number).Raw("</PartNumber><LastModified>"u8).Time(part.Modified)
                .Raw("</LastModified><ETag>"u8).ETag(part.ETag).Raw("</ETag><Size>"u8).Number(part.Size).Raw("</Size></Part>"u8);
        }

        return Answer.Document(xml.Raw("</ListPartsResult>"u8));
    }

    public static Answer ListUploads(StoreRequest request, Bucket bucket)
    {
        var prefix = request.Bytes("prefix");
        var keyMarker = request.Bytes("key-marker");
        var idMarker = request.Text("upload-id-marker");
        var most = Math.Clamp(request.Number("max-uploads", MaximumPage), 0, MaximumPage);
        var uploads = bucket.ListUploads()
            .Where(upload => upload.Key.AsSpan().StartsWith(prefix) && IsAfter(upload, keyMarker, idMarker))
            .Take(most + 1).ToList();
        var xml = Root("ListMultipartUploadsResult"u8, request.Text("encoding-type") == "url")
            .Raw("<Bucket>"u8).Text(request.Bucket).Raw("</Bucket><MaxUploads>"u8).Number(most).Raw("</MaxUploads>"u8);
        if (request.Text("encoding-type") == "url")
            xml.Raw("<EncodingType>url</EncodingType>"u8);
        xml.Raw("<IsTruncated>"u8).Boolean(uploads.Count > most).Raw("</IsTruncated>"u8);
        if (uploads.Count > most && most > 0)
        {
            xml.Raw("<NextKeyMarker>"u8).Name(uploads[most - 1].Key).Raw("</NextKeyMarker><NextUploadIdMarker>"u8)
                .Text(uploads[most - 1].Id).Raw("</NextUploadIdMarker>"u8);
        }

        foreach (var upload in uploads.Take(most))
        {
            xml.Raw("<Upload><Key>"u8).Name(upload.Key).Raw("</Key><UploadId>"u8).Text(upload.Id)
                .Raw("</UploadId><Initiated>"u8).Time(upload.Started).Raw("</Initiated></Upload>"u8);
        }

        return Answer.Document(xml.Raw("</ListMultipartUploadsResult>"u8));
    }

    /// <summary>A document that begins with a root element in the namespace of S3.</summary>
    public static XmlBuffer Root(ReadOnlySpan<byte> name, bool urlEncodes = false) => new XmlBuffer(urlEncodes)
        .Raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<"u8).Raw(name).Raw(" xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">"u8);

    static bool IsAfter(Upload upload, byte[] key, string id)
    {
        var order = upload.Key.AsSpan().SequenceCompareTo(key);
        return order > 0 || order == 0 && id.Length > 0 && string.CompareOrdinal(upload.Id, id) > 0;
    }

    static async ValueTask<List<(int Number, string ETag)>> ReadPartsAsync(HttpContext http)
    {
        try
        {
            var root = (await XDocument.LoadAsync(http.Request.Body, LoadOptions.None, http.RequestAborted)).Root!;
            return [.. root.Elements().Where(part => part.Name.LocalName == "Part").Select(part => (
                (int)part.Elements().First(child => child.Name.LocalName == "PartNumber"),
                part.Elements().First(child => child.Name.LocalName == "ETag").Value.Trim('"')))];
        }
        catch (Exception e) when (e is XmlException or InvalidOperationException or FormatException)
        {
            throw StoreError.MalformedXml();
        }
    }
}
