using System.Net;
using System.Net.Http.Headers;
using System.Xml;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>What S3 services answer, and what connections do, as the one set of <see cref="StoreFault"/>s.</summary>
static class S3Faults
{
    /// <summary>The fault of an answer that is no success.</summary>
    /// <param name="side">Which end answered.</param>
    /// <param name="response">The answer.</param>
    /// <param name="body">Its body, as far as it was read.</param>
    /// <param name="hasKey">Whether the request was for an object, so that a bare 404 means the object.</param>
    public static StoreException FromResponse(StoreSide side, HttpResponseMessage response, string body, bool hasKey)
    {
        var status = (int)response.StatusCode;
        var (code, message, requestId) = ReadError(body);
        requestId ??= Header(response.Headers, "x-amz-request-id");
        return new StoreException(
            side, Classify(code, response.StatusCode, hasKey), message ?? response.ReasonPhrase ?? "no reason given", code, status,
            requestId, RetryAfter(response));
    }

    /// <summary>The fault that an error document inside a successful answer reports (CompleteMultipartUpload does so), or null.</summary>
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
        // InvalidPart: the store does not have a part as it was confirmed; the object is begun again.
        "BadDigest" or "XAmzContentSHA256Mismatch" or "InvalidDigest" or "InvalidPart" => StoreFault.Corrupt,
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
            // The answer was cut short; what was read of it stands.
        }

        return (code, string.IsNullOrWhiteSpace(message) ? null : message, requestId);
    }
}
