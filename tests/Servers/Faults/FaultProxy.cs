using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace DataTransferHub.Servers.Faults;

/// <summary>
/// An HTTP/1.1 proxy in front of one S3 server that injects faults and records requests. Heads and bodies pass byte for
/// byte and as they come, so signatures, odd keys and large objects pass as well.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    readonly IPEndPoint _server;
    readonly CancellationTokenSource _stopping = new();
    readonly ConcurrentDictionary<Socket, Task> _connections = new();
    readonly Lock _lock = new();
    readonly List<ProxiedRequest> _requests = [];
    readonly List<(RequestKind? Kind, int Count, TaskCompletionSource Reached)> _waiting = [];
    Socket? _listener;
    Task _accepting = Task.CompletedTask;
    long _events;

    FaultProxy(Uri server, FaultPlan plan)
    {
        _server = new IPEndPoint(IPAddress.Loopback, server.Port);
        Plan = plan;
        Listen(0);
        Url = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener!.LocalEndPoint!).Port}");
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>The faults; may be replaced at any time.</summary>
    public FaultPlan Plan { get; set; }

    /// <summary>How long every request is held back, to make a transfer last.</summary>
    public TimeSpan Latency { get; set; }

    /// <summary>All requests so far, in order of arrival.</summary>
    public IReadOnlyList<ProxiedRequest> Requests
    {
        get
        {
            lock (_lock)
                return [.. _requests];
        }
    }

    /// <summary>The present moment on the proxy's count of events, for comparing with those of the requests.</summary>
    public long Now => Interlocked.Increment(ref _events);

    /// <summary>Starts a proxy before a server on 127.0.0.1.</summary>
    public static FaultProxy Start(Uri server, FaultPlan? plan = null) => new(server, plan ?? FaultPlan.None);

    /// <summary>Completes after a number of further requests, of one kind or of any.</summary>
    public Task WaitForRequestsAsync(int more, RequestKind? kind = null)
    {
        lock (_lock)
        {
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((kind, Count(kind) + more, reached));
            return reached.Task;
        }
    }

    /// <summary>Refuses new connections, and resets those there are, until <see cref="AcceptConnections"/>.</summary>
    public void RefuseConnections()
    {
        Interlocked.Exchange(ref _listener, null)?.Dispose();
        foreach (var connection in _connections.Keys)
            Reset(connection);
    }

    /// <summary>Takes connections again.</summary>
    public void AcceptConnections() => Listen(Url.Port);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        RefuseConnections();
        await _accepting.ConfigureAwait(false);
        await Task.WhenAll(_connections.Values).ConfigureAwait(false);
        _stopping.Dispose();
    }

    void Listen(int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        _listener = listener;
        _accepting = AcceptAsync(listener);
    }

    async Task AcceptAsync(Socket listener)
    {
        while (true)
        {
            Socket connection;
            try
            {
                connection = await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }

            connection.NoDelay = true;
            var served = new TaskCompletionSource();
            _connections[connection] = served.Task;
            _ = Task.Run(async () =>
            {
                await ServeAsync(connection).ConfigureAwait(false);
                _connections.TryRemove(connection, out _);
                served.SetResult();
            });
        }
    }

    async Task ServeAsync(Socket connection)
    {
        try
        {
            using var stream = new NetworkStream(connection, ownsSocket: false);
            var client = new HttpWire(stream);
            while (await client.ReadHeadAsync(_stopping.Token).ConfigureAwait(false) is { } head)
            {
                if (!await ServeAsync(connection, client, stream, head).ConfigureAwait(false))
                    break;
            }

            connection.Dispose();
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException
            or ObjectDisposedException)
        {
            // The peer or the plan ended the connection, as intended.
            Reset(connection);
        }
    }

    /// <summary>Serves one request; false when the connection cannot carry another one.</summary>
    async Task<bool> ServeAsync(Socket connection, HttpWire client, Stream clientStream, MessageHead head)
    {
        var request = ProxiedRequest.Parse(head.StartLine[0], head.StartLine[1], Now);
        var (fault, random) = Plan.Draw(
            request.Kind, $"{request.Method} {request.Bucket}/{request.Key}#{request.PartNumber} {request.Kind}");
        request = request with { Fault = fault };
        var index = Record(request);

        if (fault == FaultKind.ResetBeforeRequest)
            throw new CutException();
        var delay = fault == FaultKind.Delay ? Plan.LongestDelay * (random % 1000 / 1000.0) + Latency : Latency;
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, _stopping.Token).ConfigureAwait(false);
        if (OwnAnswer(fault, request.Method) is { } answer)
        {
            if (!head.Has("Expect", "100-continue"))
                await client.CopyBodyAsync(null, head.RequestBody, head.Length, Tampering.Nothing, _stopping.Token).ConfigureAwait(false);
            await clientStream.WriteAsync(answer, _stopping.Token).ConfigureAwait(false);
            connection.Shutdown(SocketShutdown.Send);
            return false;
        }

        using var server = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_server, _stopping.Token).ConfigureAwait(false);
        using var serverStream = new NetworkStream(server, ownsSocket: false);
        try
        {
            await serverStream.WriteAsync(head.Raw, _stopping.Token).ConfigureAwait(false);
            var sending = client.CopyBodyAsync(
                serverStream, head.RequestBody, head.Length, Tamper(fault, random, head.Length, isRequest: true), _stopping.Token);
            var goesOn = await RelayAsync(new HttpWire(serverStream), sending).ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            return goesOn;
        }
        catch (Exception)
        {
            // The server must see an unfinished request as such, never as one that ended early.
            Reset(server);
            throw;
        }

        async Task<bool> RelayAsync(HttpWire wire, Task sending)
        {
            MessageHead answerHead;
            do
            {
                var reading = wire.ReadHeadAsync(_stopping.Token);
                if (await Task.WhenAny(reading, sending).ConfigureAwait(false) == sending)
                    await sending.ConfigureAwait(false);
                answerHead = await reading.ConfigureAwait(false) ?? throw new EndOfStreamException();
                if (answerHead.Status >= 200)
                    Update(index, record => record with { Status = answerHead.Status, Answered = Now });
                if (fault == FaultKind.ResetBeforeResponse && answerHead.Status >= 200)
                    throw new CutException();
                await clientStream.WriteAsync(answerHead.Raw, _stopping.Token).ConfigureAwait(false);
            }
            while (answerHead.Status < 200);

            await wire.CopyBodyAsync(
                clientStream,
                answerHead.ResponseBody(request.Method),
                answerHead.Length,
                Tamper(fault, random, answerHead.Length, isRequest: false),
                _stopping.Token).ConfigureAwait(false);
            Update(index, record => record with { IsRelayed = true });
            return !answerHead.IsLast && !head.IsLast && answerHead.ResponseBody(request.Method) != BodyEnd.Close;
        }
    }

    static Tampering Tamper(FaultKind? fault, ulong random, long length, bool isRequest) =>
        length == 0 ? Tampering.Nothing
        : fault == (isRequest ? FaultKind.FlipRequest : FaultKind.FlipResponse) ? new Tampering((long)(random % (ulong)length), -1)
        : fault == (isRequest ? FaultKind.CutRequest : FaultKind.CutResponse) ? new Tampering(-1, (long)(random % (ulong)length))
        : Tampering.Nothing;

    static byte[]? OwnAnswer(FaultKind? fault, string method)
    {
        var (status, code, message) = fault switch
        {
            FaultKind.InternalError =>
                ("500 Internal Server Error", "InternalError", "We encountered an internal error. Please try again."),
            FaultKind.SlowDown => ("503 Slow Down", "SlowDown", "Please reduce your request rate."),
            FaultKind.AccessDenied => ("403 Forbidden", "AccessDenied", "Access Denied"),
            _ => (null, null, null),
        };
        if (status is null)
            return null;

        var body = """<?xml version="1.0" encoding="UTF-8"?>"""
            + $"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>fault</RequestId></Error>";
        var head = $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n";
        return Encoding.ASCII.GetBytes(method == "HEAD" ? head : head + body);
    }

    int Record(ProxiedRequest request)
    {
        lock (_lock)
        {
            _requests.Add(request);
            foreach (var (_, _, reached) in _waiting.Where(wait => wait.Count <= Count(wait.Kind)))
                reached.TrySetResult();
            _waiting.RemoveAll(wait => wait.Reached.Task.IsCompleted);
            return _requests.Count - 1;
        }
    }

    int Count(RequestKind? kind) => kind is null ? _requests.Count : _requests.Count(request => request.Kind == kind);

    void Update(int index, Func<ProxiedRequest, ProxiedRequest> change)
    {
        lock (_lock)
            _requests[index] = change(_requests[index]);
    }

    static void Reset(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // It is gone already.
        }

        socket.Dispose();
    }
}
