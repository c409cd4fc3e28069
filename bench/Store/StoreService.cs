using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace DataTransferHub.Bench.Store;

/// <summary>Answers the requests of one store. Signatures are accepted, whatever they are.</summary>
sealed class StoreService : IDisposable
{
    /// <summary>The bucket that every store has from its start.</summary>
    public const string BucketName = "bench";

    // The bucket of requests to the store itself; no S3 bucket can have this name.
    const string Control = "-";

    readonly StoreOptions _options;
    readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    readonly StoreStatistics _statistics = new();
    readonly RequestBody _bodies;
    readonly Latency _latency;

    public StoreService(StoreOptions options)
    {
        _options = options;
        _bodies = new RequestBody(_statistics, options.DropsBodies);
        _latency = new Latency(options.Latency);
        Reset();
    }

    /// <summary>Answers a request.</summary>
    public async Task HandleAsync(HttpContext http)
    {
        var request = new StoreRequest(http);
        try
        {
            if (request.Bucket == Control)
                await ControlAsync(request);
            else
                await AnswerAsync(request);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The client has gone.
        }
    }

    public void Dispose() => _latency.Dispose();

    // The delay begins with the request, so that it contains the time for its body and its work.
    async Task AnswerAsync(StoreRequest request)
    {
        var delay = _latency.BeginAsync();
        var isTaken = _statistics.TryBegin(_options.MostInFlight);
        try
        {
            using var answer = await AnswerOrErrorAsync(request, isTaken);
            await delay;
            _statistics.Sent(await answer.SendAsync(request.Http));
        }
        finally
        {
            if (isTaken)
                _statistics.End();
        }
    }

    async ValueTask<Answer> AnswerOrErrorAsync(StoreRequest request, bool isTaken)
    {
        StoreError error;
        try
        {
            if (isTaken)
                return await DispatchAsync(request);
            error = StoreError.SlowDown();
        }
        catch (StoreError e)
        {
            error = e;
        }

        // What is left unread would cost the client its connection.
        await _bodies.DrainAsync(request.Http);
        return request.Method == "HEAD"
            ? Answer.Empty(error.Status)
            : Answer.Document(
                new XmlBuffer().Raw("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>"u8).Text(error.Code)
                    .Raw("</Code><Message>"u8).Text(error.Message).Raw("</Message></Error>"u8),
                error.Status);
    }

    ValueTask<Answer> DispatchAsync(StoreRequest request)
    {
        if (request.Bucket.Length == 0)
            return new(ListBuckets());
        if (request is { Key.Length: 0, Method: "PUT" })
        {
            _buckets.TryAdd(request.Bucket, new Bucket());
            return new(Answer.Empty());
        }

        var bucket = _buckets.GetValueOrDefault(request.Bucket) ?? throw StoreError.NoSuchBucket();
        return request.Key.Length == 0 ? new(OfBucket(request, bucket)) : OfObjectAsync(request, bucket, Now());
    }

    Answer ListBuckets()
    {
        var xml = UploadRequests.Root("ListAllMyBucketsResult"u8).Raw("<Buckets>"u8);
        foreach (var name in _buckets.Keys)
            xml.Raw("<Bucket><Name>"u8).Text(name).Raw("</Name></Bucket>"u8);
        return Answer.Document(xml.Raw("</Buckets></ListAllMyBucketsResult>"u8));
    }

    static Answer OfBucket(StoreRequest request, Bucket bucket) => request.Method switch
    {
        "HEAD" => Answer.Empty(),
        "GET" when request.Has("location") =>
            Answer.Document(UploadRequests.Root("LocationConstraint"u8).Raw("</LocationConstraint>"u8)),
        "GET" when request.Has("uploads") => UploadRequests.ListUploads(request, bucket),
        "GET" => ListingRequests.List(request, bucket),
        _ => throw StoreError.NotImplemented(request.Method + " of a bucket"),
    };

    ValueTask<Answer> OfObjectAsync(StoreRequest request, Bucket bucket, DateTime now)
    {
        var isUpload = request.Has("uploadId");
        switch (request.Method)
        {
            case "GET" when isUpload: return new(UploadRequests.ListParts(request, bucket));
            case "GET" or "HEAD": return new(ObjectRequests.Read(request, bucket));
            case "PUT" when isUpload: return UploadRequests.PutPartAsync(request, bucket, _bodies, now);
            case "PUT": return ObjectRequests.PutAsync(request, bucket, _bodies, now);
            case "POST" when isUpload: return UploadRequests.CompleteAsync(request, bucket, now);
            case "POST" when request.Has("uploads"): return new(UploadRequests.Create(request, bucket, now));
            case "DELETE" when isUpload: return new(UploadRequests.Abort(request, bucket));
            case "DELETE":
                bucket.Delete(request.Key);
                return new(Answer.Empty(StatusCodes.Status204NoContent));
            default: throw StoreError.NotImplemented(request.Method + " of an object");
        }
    }

    async Task ControlAsync(StoreRequest request)
    {
        switch (request.Method, request.Http.Request.Path.Value)
        {
            case ("GET", "/-/counts"):
                await request.Http.Response.WriteAsJsonAsync(_statistics.Counts);
                break;
            case ("GET", "/-/contents"):
                await request.Http.Response.WriteAsJsonAsync(_buckets[BucketName].Summarize());
                break;
            case ("POST", "/-/reset"):
                Reset();
                break;
            default:
                request.Http.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    void Reset()
    {
        _buckets.Clear();
        var bucket = new Bucket(_options.Synthetic > 0 ? new SyntheticObjects(_options.Synthetic) : null);
        foreach (var item in _options.Fills.SelectMany(fill => fill.Create()))
            bucket.Put(item);
        _buckets[BucketName] = bucket;
        _statistics.Reset();
        // Now, and not while the next copy is measured.
        GC.Collect();
    }

    // S3 gives times to the second.
    static DateTime Now()
    {
        var now = DateTime.UtcNow;
        return now.AddTicks(-(now.Ticks % TimeSpan.TicksPerSecond));
    }
}
