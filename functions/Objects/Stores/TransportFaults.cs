namespace DataTransferHub.Objects.Stores;

/// <summary>Maps connection errors to <see cref="StoreFault"/>s.</summary>
static class TransportFaults
{
    /// <summary>The fault of a request without a response.</summary>
    public static StoreException FromTransport(StoreSide side, Exception fault) => fault switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError } =>
            new StoreException(side, StoreFault.Unreachable, fault.InnerException?.Message ?? fault.Message, inner: fault),
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError } =>
            new StoreException(
                side,
                StoreFault.Unreachable,
                $"the secure connection failed: {fault.InnerException?.Message ?? fault.Message}; "
                + "if the store uses plain http, write http:// before its address",
                inner: fault),
        _ => new StoreException(side, StoreFault.Network, fault.InnerException?.Message ?? fault.Message, inner: fault),
    };

    /// <summary>The fault of a request that exceeded the idle timeout.</summary>
    public static StoreException FromSilence(StoreSide side, TimeSpan limit) =>
        new(side, StoreFault.Timeout, $"no data was transferred for {limit.TotalSeconds:0.#} s");
}
