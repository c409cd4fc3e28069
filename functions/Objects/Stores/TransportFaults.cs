namespace DataTransferHub.Objects.Stores;

/// <summary>What connections to stores do, as the one set of <see cref="StoreFault"/>s.</summary>
static class TransportFaults
{
    /// <summary>The fault of a request that got no answer.</summary>
    public static StoreException FromTransport(StoreSide side, Exception fault) => fault switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } =>
            new StoreException(side, StoreFault.Unreachable, fault.InnerException?.Message ?? fault.Message, inner: fault),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new StoreException(
                side,
                StoreFault.Unreachable,
                $"no secure connection, {fault.InnerException?.Message ?? fault.Message}; "
                + "if it speaks http, write http:// before its address",
                inner: fault),
        _ => new StoreException(side, StoreFault.Network, fault.InnerException?.Message ?? fault.Message, inner: fault),
    };

    /// <summary>The fault of a request during which nothing moved for too long.</summary>
    public static StoreException FromSilence(StoreSide side, TimeSpan limit) =>
        new(side, StoreFault.Timeout, $"nothing moved for {limit.TotalSeconds:0.#} s");
}
