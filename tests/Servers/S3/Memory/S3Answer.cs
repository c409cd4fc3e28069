using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Sends the answer to one request, as its bucket's quirks and its fault want it.</summary>
sealed class S3Answer(S3Call call, BucketQuirks quirks, Fault? fault)
{
    HttpResponse Response => call.Http.Response;

    public Task EmptyAsync(int status) => SendAsync(status, status == StatusCodes.Status200OK ? 0 : null, []);

    public Task XmlAsync(XmlText xml, int status = StatusCodes.Status200OK)
    {
        var body = xml.ToUtf8();
        Response.ContentType = "application/xml";
        return SendAsync(status, body.Length, [body]);
    }

    /// <summary>Sends an object's bytes, or for HEAD their number.</summary>
    public Task BodyAsync(int status, long length, IEnumerable<ReadOnlyMemory<byte>> content) => SendAsync(status, length, content);

    /// <summary>Sends bytes whose number is not told.</summary>
    public Task TranscodedAsync(byte[] content) => SendAsync(StatusCodes.Status200OK, content.Length, [content], hidesLength: true);

    public Task ErrorAsync(S3Error error)
    {
        Response.Clear();
        if (call.Method == "HEAD")
            return SendAsync(error.Status, null, []);
        var requestId = Guid.NewGuid().ToString("N");
        Response.Headers["x-amz-request-id"] = requestId;
        return XmlAsync(
            new XmlText().Open("Error").Element("Code", error.Code).Element("Message", error.Message).Element("Region", error.Region)
                .Element("Resource", $"/{call.Bucket}/{call.Key}").Element("RequestId", requestId).Close("Error"),
            error.Status);
    }

    /// <summary>Sends a scripted answer.</summary>
    public Task ScriptedAsync(Fault.Answer answer)
    {
        if (answer.RetryAfter is { } seconds)
            Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (answer.Code.Length == 0 || call.Method == "HEAD")
            return SendAsync(answer.Status, null, []);
        return XmlAsync(
            new XmlText().Open("Error").Element("Code", answer.Code).Element("Message", "Scripted by the test.")
                .Element("RequestId", "scripted").Close("Error"),
            answer.Status);
    }

    async Task SendAsync(int status, long? length, IEnumerable<ReadOnlyMemory<byte>> content, bool hidesLength = false)
    {
        if (fault is Fault.DropAnswer)
        {
            call.Http.Abort();
            return;
        }

        Response.StatusCode = status;
        if (!quirks.HidesLengths && !hidesLength)
            Response.ContentLength = length;
        if (call.Method == "HEAD" || length is null)
            return;

        var left = fault is Fault.CutBody cut ? cut.After : long.MaxValue;
        foreach (var piece in content)
        {
            await Response.BodyWriter.WriteAsync(piece[..(int)Math.Min(piece.Length, left)], call.Http.RequestAborted);
            left -= Math.Min(piece.Length, left);
        }

        if (fault is Fault.CutBody)
        {
            await Response.BodyWriter.FlushAsync(call.Http.RequestAborted);
            call.Http.Abort();
        }
    }
}
