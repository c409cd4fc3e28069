using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.EndToEnd.Tests;

/// <summary>
/// The first part of the Azure Functions host's protocol: it starts the worker, initialises it and asks for its functions. The
/// service is <c>AzureFunctionsRpcMessages.FunctionRpc</c>; field numbers are those of its FunctionRpc.proto.
/// </summary>
sealed class FunctionsHostOnTheWire : IAsyncDisposable
{
    const int StreamingRequestId = 1;
    const int WorkerInitResponse = 16;
    const int WorkerInitRequest = 17;
    const int StartStream = 20;
    const int FunctionsMetadataRequest = 29;
    const int FunctionMetadataResponse = 30;

    readonly WebApplication _app;
    readonly TaskCompletionSource<IReadOnlyList<IndexedFunction>> _functions = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly StringBuilder _output = new();
    string _applicationFolder = "";
    Process? _worker;

    FunctionsHostOnTheWire(WebApplication app)
    {
        _app = app;
        app.Run(ServeAsync);
    }

    /// <summary>The functions that the worker has named.</summary>
    public Task<IReadOnlyList<IndexedFunction>> Functions => _functions.Task;

    /// <summary>What the worker wrote to its standard output and error.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    public static async Task<FunctionsHostOnTheWire> StartAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>

        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
            kestrel.Limits.MinRequestBodyDataRate = null;
        });
        var host = new FunctionsHostOnTheWire(builder.Build());
        await host._app.StartAsync(cancellationToken);
        return host;
    }

    /// <summary>
    /// Starts the application in a folder, with the command line and the environment that the Functions host gives a worker.
    /// </summary>
    public Process StartWorker(string applicationFolder, IReadOnlyDictionary<string, string> settings)
    {
        _applicationFolder = applicationFolder;
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = applicationFolder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            ArgumentList =
            {
                Path.Combine(applicationFolder, "DataTransferHub.Functions.dll"),
                "--functions-uri", address,
                "--functions-request-id", Guid.NewGuid().ToString(),
                "--functions-worker-id", Guid.NewGuid().ToString(),
                "--functions-grpc-max-message-length", "2147483647",
            },
            Environment = { ["FUNCTIONS_APPLICATION_DIRECTORY"] = applicationFolder, ["FUNCTIONS_WORKER_RUNTIME"] = "dotnet-isolated" },
        };
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        _worker = Process.Start(start)!;
        _worker.OutputDataReceived += Keep;
        _worker.ErrorDataReceived += Keep;
        _worker.BeginOutputReadLine();
        _worker.BeginErrorReadLine();
        return _worker;
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is { HasExited: false })
        {
            _worker.Kill();
            await _worker.WaitForExitAsync();
        }

        _worker?.Dispose();
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_output)
            _output.AppendLine(line.Data);
    }

    async Task ServeAsync(HttpContext http)
    {
        http.Response.ContentType = "application/grpc";
        http.Response.DeclareTrailer("grpc-status");
        try
        {
            while (await ReadFrameAsync(http.Request.Body, http.RequestAborted) is { } message)
            {
                var (content, body) = ReadMessage(message);
                switch (content)
                {
                    case StartStream:
                        // worker_init_request { host_version: "4", function_app_directory }
                        await SendAsync(http, WorkerInitRequest, Fields((1, "4.0.0"), (4, _applicationFolder), (5, _applicationFolder)));
                        break;
                    case WorkerInitResponse:
                        await SendAsync(http, FunctionsMetadataRequest, Fields((1, _applicationFolder)));
                        break;
                    case FunctionMetadataResponse:
                        _functions.TrySetResult(ReadFunctions(body));
                        break;
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // The worker has ended.
        }
    }

    // A length-prefixed message: one byte for compression, four for the length (gRPC over HTTP/2).
    static async Task<byte[]?> ReadFrameAsync(Stream body, CancellationToken cancellation)
    {
        var head = new byte[5];
        if (await body.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) < head.Length)
            return null;
        var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(1))];
        await body.ReadExactlyAsync(message, cancellation);
        return message;
    }

    static async Task SendAsync(HttpContext http, int content, byte[] body)
    {
        var message = Fields((StreamingRequestId, Guid.NewGuid().ToString()), (content, body));
        var frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        await http.Response.Body.WriteAsync(frame, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }

    static (int Content, byte[] Body) ReadMessage(byte[] message)
    {
        var (content, body) = (0, Array.Empty<byte>());
        foreach (var (field, value) in ReadFields(message))
        {
            if (field != StreamingRequestId)
                (content, body) = (field, value);
        }

        return (content, body);
    }

    // function_metadata_results { name = 4, script_file = 2, entry_point = 3, raw_bindings = 10 }
    static List<IndexedFunction> ReadFunctions(byte[] response) =>
    [
        .. ReadFields(response).Where(field => field.Number == 1).Select(field =>
        {
            var function = ReadFields(field.Value).ToLookup(inner => inner.Number, inner => Encoding.UTF8.GetString(inner.Value));
            var bindings = function[10].Select(binding => JsonNode.Parse(binding)!);
            return new IndexedFunction(function[4].Single(), function[2].Single(), function[3].Single(), [.. bindings]);
        }),
    ];

    // The fields of a message that are strings, bytes or messages.
    static IEnumerable<(int Number, byte[] Value)> ReadFields(byte[] message)
    {
        using var input = new CodedInputStream(message);
        while (input.ReadTag() is var tag and not 0)
        {
            if (WireFormat.GetTagWireType(tag) == WireFormat.WireType.LengthDelimited)
                yield return (WireFormat.GetTagFieldNumber(tag), input.ReadBytes().ToByteArray());
            else
                input.SkipLastField();
        }
    }

    static byte[] Fields(params (int Number, object Value)[] fields)
    {
        using var buffer = new MemoryStream();
        using (var output = new CodedOutputStream(buffer, leaveOpen: true))
        {
            foreach (var (number, value) in fields)
            {
                output.WriteTag(number, WireFormat.WireType.LengthDelimited);
                output.WriteBytes(ByteString.CopyFrom(value as byte[] ?? Encoding.UTF8.GetBytes((string)value)));
            }
        }

        return buffer.ToArray();
    }
}

/// <summary>A function as a worker names it to the Functions host.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ScriptFile">The assembly.</param>
/// <param name="EntryPoint">Full name of its method.</param>
/// <param name="Bindings">Its bindings as JSON.</param>
sealed record IndexedFunction(string Name, string ScriptFile, string EntryPoint, IReadOnlyList<JsonNode> Bindings);
