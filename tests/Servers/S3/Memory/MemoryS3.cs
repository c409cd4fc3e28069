using System.Collections.Concurrent;
using System.Text.RegularExpressions;
using DataTransferHub.Servers.Faults;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>Admits requests and gives each to what answers it; holds the buckets.</summary>
sealed partial class MemoryS3(SignatureCheck signatures, string region, TimeProvider time)
{
    readonly ConcurrentDictionary<string, MemoryBucket> _buckets = new(StringComparer.Ordinal);
    readonly long[] _counts = new long[Enum.GetValues<RequestKind>().Length];

    public Func<S3Call, Fault?> Script { get; set; } = _ => null;

    public long Count(RequestKind kind) => Interlocked.Read(ref _counts[(int)kind]);

    public void ResetCounts() => Array.Clear(_counts);

    public MemoryBucket? FindBucket(string name) => _buckets.GetValueOrDefault(name);

    public async Task HandleAsync(HttpContext http)
    {
        S3Call call;
        try
        {
            call = S3Call.Parse(http);
        }
        catch (S3Error error)
        {
            http.Response.StatusCode = error.Status;
            await http.Response.Body.WriteAsync(
                new XmlText().Open("Error").Element("Code", error.Code).Element("Message", error.Message).Close("Error").ToUtf8(),
                http.RequestAborted);
            return;
        }

        Interlocked.Increment(ref _counts[(int)call.Kind]);
        var bucket = FindBucket(call.Bucket);
        var quirks = bucket?.Quirks ?? new BucketQuirks();
        var fault = Script(call) ?? quirks.Script(call);
        var answer = new S3Answer(call, quirks, fault);
        try
        {
            switch (fault)
            {
                case Fault.Drop:
                    http.Abort();
                    return;
                case Fault.Answer scripted:
                    await answer.ScriptedAsync(scripted);
                    return;
                case Fault.Hold hold:
                    await hold.Until.WaitAsync(http.RequestAborted);
                    break;
            }

            await AnswerAsync(call, answer, bucket);
        }
        catch (S3Error error)
        {
            await answer.ErrorAsync(error);
        }
        catch (Exception fate) when (
            fate is OperationCanceledException or IOException or BadHttpRequestException && http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone.
        }
    }

    Task AnswerAsync(S3Call call, S3Answer answer, MemoryBucket? bucket)
    {
        var signed = signatures.Check(call);
        if (call.UnknownPart is { } part)
            throw S3Error.NotImplemented(part);
        if (call.Bucket.Length == 0)
            return ListBucketsAsync(call, answer);
        if (call is { Key.Length: 0, Method: "PUT" })
            return CreateBucketAsync(call, answer);

        if (bucket?.Quirks.Checksums is ChecksumSupport.Refused && call.FindHeader("x-amz-checksum-") is { } header)
            throw S3Error.NotImplemented(header);
        var exchange = new Exchange(call, answer, bucket ?? throw S3Error.NoSuchBucket(), signed, WholeSecond(time.GetUtcNow()));
        return call.Kind switch
        {
            RequestKind.GetObject or RequestKind.HeadObject => ObjectCalls.ReadAsync(exchange),
            RequestKind.PutObject => ObjectCalls.PutAsync(exchange),
            RequestKind.DeleteObject => ObjectCalls.DeleteAsync(exchange),
            RequestKind.CreateUpload => UploadCalls.CreateAsync(exchange),
            RequestKind.UploadPart => UploadCalls.PutPartAsync(exchange),
            RequestKind.ListParts => UploadCalls.ListPartsAsync(exchange),
            RequestKind.CompleteUpload => UploadCalls.CompleteAsync(exchange),
            RequestKind.AbortUpload => UploadCalls.AbortAsync(exchange),
            RequestKind.ListObjects => ListingCalls.ListAsync(exchange),
            RequestKind.ListUploads => ListingCalls.ListUploadsAsync(exchange),
            _ => AnswerBucketAsync(exchange),
        };
    }

    Task AnswerBucketAsync(Exchange exchange)
    {
        switch (exchange.Call.Method)
        {
            case "HEAD":
                exchange.Call.Http.Response.Headers["x-amz-bucket-region"] = region;
                return exchange.Answer.EmptyAsync(StatusCodes.Status200OK);
            case "GET" when exchange.Call.Query("location") is not null:
                // us-east-1 is told by an empty element.
                return exchange.Answer.XmlAsync(new XmlText().Root("LocationConstraint").Close("LocationConstraint"));
            case "POST" when exchange.Call.Query("delete") is not null:
                return ObjectCalls.DeleteManyAsync(exchange);
            case "DELETE" when !exchange.Bucket.IsEmpty:
                throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty");
            case "DELETE":
                _buckets.TryRemove(exchange.Bucket.Name, out _);
                return exchange.Answer.EmptyAsync(StatusCodes.Status204NoContent);
            default:
                throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
    }

    Task CreateBucketAsync(S3Call call, S3Answer answer)
    {
        if (!BucketName.IsMatch(call.Bucket))
            throw new S3Error(400, "InvalidBucketName", "The specified bucket is not valid.");
        if (!_buckets.TryAdd(call.Bucket, new MemoryBucket(call.Bucket)))
            throw new S3Error(
                409, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it.");
        call.Http.Response.Headers.Location = "/" + call.Bucket;
        return answer.EmptyAsync(StatusCodes.Status200OK);
    }

    Task ListBucketsAsync(S3Call call, S3Answer answer)
    {
        if (call.Method != "GET")
            throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        var xml = new XmlText().Root("ListAllMyBucketsResult").Open("Buckets");
        foreach (var name in _buckets.Keys.Order(StringComparer.Ordinal))
            xml.Open("Bucket").Element("Name", name).Close("Bucket");
        return answer.XmlAsync(xml.Close("Buckets").Close("ListAllMyBucketsResult"));
    }

    // Amazon S3 tells times of change to the second.
    static DateTimeOffset WholeSecond(DateTimeOffset now) => now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", RegexOptions.CultureInvariant)]
    static partial Regex BucketName { get; }
}
