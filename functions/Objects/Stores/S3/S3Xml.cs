using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Xml;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Reads and writes the XML documents of the S3 protocol.</summary>
static class S3Xml
{
    // Storage classes of S3, OSS and COS whose objects must be restored before they can be read.
    static readonly FrozenSet<string> ArchiveClasses =
        FrozenSet.Create(StringComparer.Ordinal, "GLACIER", "DEEP_ARCHIVE", "Archive", "ColdArchive", "DeepColdArchive", "ARCHIVE");

    public static readonly XmlReaderSettings ReaderSettings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        IgnoreComments = true,
        IgnoreWhitespace = false,
        CheckCharacters = false,
        CloseInput = true,
    };

    /// <summary>Reads ListBucketResult, of both versions.</summary>
    public static S3ObjectPage ReadObjects(Stream body)
    {
        var objects = new List<ListedObject>(1000);
        bool isTruncated = false, isEncoded = false, hasKeyCount = false;
        string token = "", marker = "";
        using var xml = Open(body, "ListBucket");
        ForEachChild(xml, name =>
        {
            switch (name)
            {
                case "IsTruncated": isTruncated = IsTrue(xml); break;
                case "EncodingType": isEncoded = xml.ReadElementContentAsString().Trim() == "url"; break;
                case "KeyCount":
                    hasKeyCount = true;
                    xml.Skip();
                    break;
                case "NextContinuationToken": token = xml.ReadElementContentAsString(); break;
                case "NextMarker": marker = xml.ReadElementContentAsString(); break;
                case "Contents": objects.Add(ReadObject(xml)); break;
                default: xml.Skip(); break;
            }
        });
        if (isEncoded)
        {
            marker = S3Path.DecodeListed(marker);
            for (var i = 0; i < objects.Count; i++)
                objects[i] = objects[i] with { Key = S3Path.DecodeListed(objects[i].Key) };
        }

        return new S3ObjectPage(objects, isTruncated, hasKeyCount, Next(token), Next(marker));

        string? Next(string position) => isTruncated && position.Length > 0 ? position : null;
    }

    /// <summary>Reads ListPartsResult: its parts, and the marker of the next page, or null at the end.</summary>
    public static (List<UploadedPart> Parts, int? Next) ReadParts(Stream body)
    {
        var parts = new List<UploadedPart>();
        var isTruncated = false;
        int? next = null;
        using var xml = Open(body, "ListParts");
        ForEachChild(xml, name =>
        {
            switch (name)
            {
                case "IsTruncated": isTruncated = IsTrue(xml); break;
                case "NextPartNumberMarker": next = ReadNumber(xml); break;
                case "Part": parts.Add(ReadPart(xml)); break;
                default: xml.Skip(); break;
            }
        });
        return (parts, isTruncated ? next ?? (parts.Count > 0 ? parts[^1].Number : null) : null);
    }

    /// <summary>Reads ListMultipartUploadsResult: keys and ids, and the markers of the next page, or null at the end.</summary>
    public static (List<(string Key, string UploadId)> Uploads, (string Key, string UploadId)? Next) ReadUploads(Stream body)
    {
        var uploads = new List<(string Key, string UploadId)>();
        bool isTruncated = false, isEncoded = false;
        string nextKey = "", nextUploadId = "";
        using var xml = Open(body, "ListMultipartUploads");
        ForEachChild(xml, name =>
        {
            switch (name)
            {
                case "IsTruncated": isTruncated = IsTrue(xml); break;
                case "EncodingType": isEncoded = xml.ReadElementContentAsString().Trim() == "url"; break;
                case "NextKeyMarker": nextKey = xml.ReadElementContentAsString(); break;
                case "NextUploadIdMarker": nextUploadId = xml.ReadElementContentAsString(); break;
                case "Upload": uploads.Add(ReadUpload(xml)); break;
                default: xml.Skip(); break;
            }
        });
        if (isEncoded)
        {
            nextKey = S3Path.DecodeListed(nextKey);
            for (var i = 0; i < uploads.Count; i++)
                uploads[i] = uploads[i] with { Key = S3Path.DecodeListed(uploads[i].Key) };
        }

        return (uploads, isTruncated ? (nextKey, nextUploadId) : null);
    }

    /// <summary>Reads CompleteMultipartUploadResult: the ETag without its quotes, and a checksum of the whole content, or null.</summary>
    public static (string ETag, Checksum? Additional) ReadCompletion(Stream body)
    {
        var children = new Dictionary<string, string>(StringComparer.Ordinal);
        using var xml = Open(body, "CompleteMultipartUpload");
        ForEachChild(xml, name =>
        {
            if (name is "ETag" || name.StartsWith("Checksum", StringComparison.Ordinal))
                children[name] = xml.ReadElementContentAsString();
            else
                xml.Skip();
        });
        return (S3ETags.Unquote(children.GetValueOrDefault("ETag")), S3Checksums.ReadJoined(name => children.GetValueOrDefault(name)));
    }

    /// <summary>Reads the text of one child of the root, or null.</summary>
    public static string? ReadChild(Stream body, string root, string child)
    {
        string? text = null;
        using var xml = Open(body, root);
        ForEachChild(xml, name =>
        {
            if (name == child)
                text = xml.ReadElementContentAsString();
            else
                xml.Skip();
        });
        return text;
    }

    /// <summary>Writes CompleteMultipartUpload.</summary>
    public static byte[] WriteParts(IReadOnlyList<UploadedPart> parts)
    {
        var text = new StringBuilder(
            "<CompleteMultipartUpload xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">", 100 * (parts.Count + 2));
        foreach (var part in parts)
        {
            text.Append(CultureInfo.InvariantCulture, $"<Part><PartNumber>{part.Number}</PartNumber><ETag>&quot;")
                .Append(System.Security.SecurityElement.Escape(part.Receipt)).Append("&quot;</ETag></Part>");
        }

        return Encoding.UTF8.GetBytes(text.Append("</CompleteMultipartUpload>").ToString());
    }

    // Services differ in the suffix of the root element: Result or Response.
    static XmlReader Open(Stream body, string root)
    {
        var xml = XmlReader.Create(body, ReaderSettings);
        if (xml.MoveToContent() != XmlNodeType.Element || !xml.LocalName.StartsWith(root, StringComparison.Ordinal))
            throw new XmlException($"expected {root}, found {xml.LocalName}");
        return xml;
    }

    static void ForEachChild(XmlReader xml, Action<string> read)
    {
        if (xml.IsEmptyElement)
        {
            xml.Read();
            return;
        }

        xml.ReadStartElement();
        while (xml.MoveToContent() == XmlNodeType.Element)
            read(xml.LocalName);
        xml.ReadEndElement();
    }

    // Any other value is an error: treated as false, it would end the listing early.
    static bool IsTrue(XmlReader xml) => xml.ReadElementContentAsString().Trim() switch
    {
        "true" or "True" or "1" => true,
        "false" or "False" or "0" => false,
        var other => throw new FormatException($"'{other}' is neither true nor false"),
    };

    static int ReadNumber(XmlReader xml) => int.Parse(xml.ReadElementContentAsString(), NumberStyles.Integer, CultureInfo.InvariantCulture);

    static long ReadSize(XmlReader xml) => long.Parse(xml.ReadElementContentAsString(), NumberStyles.Integer, CultureInfo.InvariantCulture);

    static ListedObject ReadObject(XmlReader xml)
    {
        string key = "", etag = "";
        string? storageClass = null;
        long size = 0;
        var modified = DateTimeOffset.UnixEpoch;
        ForEachChild(xml, name =>
        {
            switch (name)
            {
                case "Key": key = xml.ReadElementContentAsString(); break;
                case "ETag": etag = S3ETags.Unquote(xml.ReadElementContentAsString()); break;
                case "Size": size = ReadSize(xml); break;
                case "StorageClass": storageClass = xml.ReadElementContentAsString(); break;
                case "LastModified":
                    modified = DateTimeOffset.Parse(
                        xml.ReadElementContentAsString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
                    break;
                default: xml.Skip(); break;
            }
        });
        return new ListedObject(
            key, size, new ObjectVersion(etag), modified, S3ETags.ChecksumOf(etag),
            IsArchived: storageClass is not null && ArchiveClasses.Contains(storageClass));
    }

    static UploadedPart ReadPart(XmlReader xml)
    {
        var number = 0;
        var etag = "";
        long size = 0;
        ForEachChild(xml, name =>
        {
            switch (name)
            {
                case "PartNumber": number = ReadNumber(xml); break;
                case "ETag": etag = S3ETags.Unquote(xml.ReadElementContentAsString()); break;
                case "Size": size = ReadSize(xml); break;
                default: xml.Skip(); break;
            }
        });
        return new UploadedPart(number, etag, size, S3ETags.ChecksumOf(etag));
    }

    static (string Key, string UploadId) ReadUpload(XmlReader xml)
    {
        string key = "", uploadId = "";
        ForEachChild(xml, name =>
        {
            switch (name)
            {
                case "Key": key = xml.ReadElementContentAsString(); break;
                case "UploadId": uploadId = xml.ReadElementContentAsString(); break;
                default: xml.Skip(); break;
            }
        });
        return (key, uploadId);
    }
}
