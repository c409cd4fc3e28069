using System.Globalization;

namespace DataTransferHub.Objects.Stores.S3;

/// <summary>
/// Lists a bucket by ListObjectsV2, or by ListObjects if the store does not know the second version: it refuses <c>list-type=2</c>, or
/// ignores it, with <c>start-after</c> and <c>continuation-token</c>.
/// </summary>
/// <param name="client">Signs and sends.</param>
/// <param name="facts">What is known about the bucket.</param>
sealed class S3Listing(S3Client client, S3BucketFacts facts)
{
    // Distinguishes markers of the first version from tokens of the second: a position that is used later may be read by a process that
    // does not know yet which version the store has. Not a character of XML, so that no store's token starts with it.
    const char MarkerSign = '\u0001';

    /// <summary>See <see cref="IObjectStore.ListAsync"/>.</summary>
    public async Task<ObjectPage> ReadAsync(string prefix, string? afterKey, string? token, int count, CancellationToken cancellationToken)
    {
        var marker = token is [MarkerSign, ..] ? token[1..] : null;
        StoreException? reason = null;
        if (facts.ListingVersion is not S3ListingVersion.First && marker is null)
        {
            (var answer, reason) = await TryAsync(Second(token, afterKey), afterKey, cancellationToken);

            // A token may have expired. Its listing continues after the last key.
            if (answer is null && token is not null)
                (answer, reason) = await TryAsync(Second(null, afterKey), afterKey, cancellationToken);
            if (answer is { IsOfFirstVersion: true })
                facts.ListingVersion = S3ListingVersion.First;
            else if (answer is { IsOfSecondVersion: true })
                facts.ListingVersion = S3ListingVersion.Second;

            // An empty page that ignored where to start has the marker of a listing from the beginning.
            if (answer is not null && (answer is not { IsOfFirstVersion: true, Objects.Count: 0 } || string.IsNullOrEmpty(afterKey)))
                return Check(answer, token);
            if (answer is null && facts.ListingVersion is S3ListingVersion.Second && reason!.Fault is not StoreFault.Unordered)
                throw reason;
        }

        var (first, fault) = await TryAsync(First(marker ?? afterKey), afterKey, cancellationToken);
        if (first is null)
            throw reason ?? fault!;
        facts.ListingVersion = S3ListingVersion.First;
        return Check(first, token);

        S3Request Second(string? continuation, string? after)
        {
            var request = Request().With("list-type", "2");
            if (continuation is not null)
                request.With("continuation-token", continuation);
            else if (!string.IsNullOrEmpty(after))
                request.With("start-after", after);
            return request;
        }

        S3Request First(string? after) => string.IsNullOrEmpty(after) ? Request() : Request().With("marker", after);

        S3Request Request()
        {
            var request = new S3Request(HttpMethod.Get, null)
                .With("encoding-type", "url").With("max-keys", count.ToString(CultureInfo.InvariantCulture));
            return prefix.Length > 0 ? request.With("prefix", prefix) : request;
        }
    }

    // The answer, or why another kind of request should be tried.
    async Task<(S3ObjectPage? Answer, StoreException? Reason)> TryAsync(
        S3Request request, string? afterKey, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await client.ReadXmlAsync(request, S3Xml.ReadObjects, cancellationToken);

            // The store may have ignored where the listing has to start.
            return afterKey is not null && answer.Objects is [var start, ..] && KeyOrder.Instance.Compare(start.Key, afterKey) <= 0
                ? (null, Unordered(start.Key, afterKey))
                : (answer, null);
        }
        catch (StoreException fault) when (fault.Fault is StoreFault.Invalid or StoreFault.NotSupported)
        {
            return (null, fault);
        }
    }

    ObjectPage Check(S3ObjectPage answer, string? token)
    {
        var next = answer.Token ?? (answer.Marker is null || answer.HasKeyCount ? null : MarkerSign + answer.Marker);
        if (answer is { IsTruncated: true, Objects.Count: 0 } && next is null)
        {
            throw new StoreException(
                client.Side, StoreFault.ServerError, "it returned an empty page of a truncated listing without a continuation token");
        }

        if (answer is { IsTruncated: true, Objects.Count: 0 } && next == token)
            throw new StoreException(client.Side, StoreFault.ServerError, "it returned an empty page and the token that was sent");

        string? last = null;
        foreach (var entry in answer.Objects)
        {
            if (entry.Key.Length == 0)
                throw new StoreException(client.Side, StoreFault.ServerError, "it listed an object without a key");
            if (last is not null && KeyOrder.Instance.Compare(entry.Key, last) <= 0)
                throw Unordered(entry.Key, last);
            last = entry.Key;
        }

        return new ObjectPage(answer.Objects, !answer.IsTruncated, next);
    }

    StoreException Unordered(string key, string after) => new(client.Side, StoreFault.Unordered, $"it listed '{key}' after '{after}'");
}

/// <summary>An answer of ListObjectsV2 or ListObjects.</summary>
/// <param name="Objects">Its objects.</param>
/// <param name="IsTruncated">Whether others follow.</param>
/// <param name="HasKeyCount">Whether it has the number of keys, as only answers of the second version have it.</param>
/// <param name="Token">The token of the next page, of the second version; or null.</param>
/// <param name="Marker">The marker of the next page, of the first version; or null.</param>
sealed record S3ObjectPage(
    IReadOnlyList<ListedObject> Objects, bool IsTruncated, bool HasKeyCount, string? Token, string? Marker)
{
    /// <summary>Whether only a store with the second version answers so.</summary>
    public bool IsOfSecondVersion => HasKeyCount || Token is not null;

    /// <summary>Whether only a store without the second version answers so. Neither can be told of some last pages.</summary>
    public bool IsOfFirstVersion => IsTruncated && !IsOfSecondVersion;
}
