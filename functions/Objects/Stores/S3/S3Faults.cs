using System.Net;
using System.Net.Http.Headers;
using System.Xml;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>Maps errors of S3 services to <see cref="StoreFault"/>s.</summary>
static class S3Faults
{
    /// <summary>The fault of an error response.</summary>
    /// <param name="side">Which end responded.</param>
    /// <param name="response">The response.</param>
    /// <param name="body">Its body, or the start of it.</param>
    /// <param name="hasKey">Whether the request was for an object, so that a 404 without a code means the object.</param>
    public static StoreException FromResponse(StoreSide side, HttpResponseMessage response, string body, bool hasKey)
    {
        var status = (int)response.StatusCode;
        var (code, message, requestId) = ReadError(body);
        requestId ??= Header(response.Headers, "x-amz-request-id");
        return new StoreException(
            side, Classify(code, response.StatusCode, hasKey), message ?? response.ReasonPhrase ?? "no reason given", code, status,
            requestId, RetryAfter(response));
    }

    /// <summary>The fault in the error document of a successful response (CompleteMultipartUpload can return one), or null.</summary>
    public static StoreException? FromErrorDocument(StoreSide side, string body)
    {
        var (code, message, requestId) = ReadError(body);
        return code is null ? null : new StoreException(
            side, Classify(code, HttpStatusCode.InternalServerError, hasKey: true), message ?? "no reason given", code, 200, requestId);
    }

    /// <summary>One header's value, or null.</summary>
    public static string? Header(HttpHeaders headers, string name) =>
        headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    static StoreFault Classify(string? code, HttpStatusCode status, bool hasKey) => code switch
    {
        "NoSuchBucket" => StoreFault.NoSuchBucket,
        "NoSuchKey" => StoreFault.NotFound,
        "NoSuchUpload" => StoreFault.NoSuchUpload,
        "AccessDenied" or "AllAccessDisabled" or "AccountProblem" => StoreFault.AccessDenied,
        "InvalidAccessKeyId" or "SignatureDoesNotMatch" or "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidSecurity"
            or "RequestExpired" or "SecurityTokenExpired" => StoreFault.BadCredentials,
        "RequestTimeTooSkewed" => StoreFault.Realigned,
        "InvalidObjectState" => StoreFault.Archived,
        "SlowDown" or "SlowDownRead" or "SlowDownWrite" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded"
            or "TooManyRequests"
            or "ServiceUnavailable" or "Busy" or "BandwidthLimitExceeded" => StoreFault.Throttled,
        "RequestTimeout" => StoreFault.Timeout,
        // InvalidPart: the store does not have a part as it confirmed it; the object is copied again from the start.
        "BadDigest" or "XAmzContentSHA256Mismatch" or "XAmzContentChecksumMismatch" or "InvalidDigest" or "InvalidPart" =>
            StoreFault.Corrupt,
        "IncompleteBody" => StoreFault.Network,
        "NotImplemented" or "MethodNotAllowed" => StoreFault.NotSupported,
        "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" or "Redirect" => StoreFault.Invalid,
        "InternalError" => StoreFault.ServerError,
        _ => status switch
        {
            HttpStatusCode.NotFound => hasKey ? StoreFault.NotFound : StoreFault.NoSuchBucket,
            HttpStatusCode.Forbidden => StoreFault.AccessDenied,
            HttpStatusCode.Unauthorized => StoreFault.BadCredentials,
            HttpStatusCode.PreconditionFailed => StoreFault.PreconditionFailed,
            HttpStatusCode.RequestTimeout => StoreFault.Timeout,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => StoreFault.Throttled,
            HttpStatusCode.NotImplemented or HttpStatusCode.MethodNotAllowed => StoreFault.NotSupported,
            >= HttpStatusCode.InternalServerError => StoreFault.ServerError,
            _ => StoreFault.Invalid,
        },
    };

    static TimeSpan? RetryAfter(HttpResponseMessage response) =>
        response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when response.Headers.Date is { } now && date > now => date - now,
            _ => null,
        };

    static (string? Code, string? Message, string? RequestId) ReadError(string body)
    {
        string? code = null, message = null, requestId = null;
        if (!body.Contains("<Error", StringComparison.Ordinal))
            return default;
        try
        {
            using var xml = XmlReader.Create(new StringReader(body), S3Xml.ReaderSettings);
            if (xml.MoveToContent() != XmlNodeType.Element || xml.LocalName != "Error")
                return default;
            xml.ReadStartElement();
            while (xml.MoveToContent() == XmlNodeType.Element)
            {
                switch (xml.LocalName)
                {
                    case "Code": code = xml.ReadElementContentAsString(); break;
                    case "Message": message = xml.ReadElementContentAsString(); break;
                    case "RequestId": requestId = xml.ReadElementContentAsString(); break;
                    default: xml.Skip(); break;
                }
            }
        }
        catch (XmlException)
        {
            // The response was truncated; what was read so far is used.
        }

        return (code, string.IsNullOrWhiteSpace(message) ? null : message, requestId);
    }
}
