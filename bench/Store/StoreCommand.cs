using System.CommandLine;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DataTransferHub.Bench.Store;

/// <summary><c>store</c>: an S3 server in memory, the process that the benchmarks start for each side.</summary>
static class StoreCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port") { Description = "Port of 127.0.0.1.", Required = true };
        var fills = new Option<Fill[]>("--fill")
        {
            Description = $"Objects in the bucket '{StoreService.BucketName}', as COUNTxSIZE.",
            CustomParser = result => [.. result.Tokens.Select(token => Fill.Parse(token.Value))],
        };
        var synthetic = new Option<long>("--synthetic") { Description = "Number of objects that exist only in listings." };
        var latency = new Option<int>("--latency") { Description = "Delay of every request, in milliseconds." };
        var most = new Option<int>("--most-in-flight")
        {
            Description = "Number of requests in flight above which it answers 503 SlowDown.",
            DefaultValueFactory = _ => int.MaxValue,
        };
        var drops = new Option<bool>("--drop-bodies") { Description = "Keep only hashes and sizes of what is written." };
        var command = new Command("store", "Run an S3 server in memory.") { port, fills, synthetic, latency, most, drops };
        command.Hidden = true;
        command.SetAction(async (result, cancellationToken) =>
        {
            using var service = new StoreService(new StoreOptions
            {
                Fills = result.GetValue(fills) ?? [],
                Synthetic = result.GetValue(synthetic),
                Latency = TimeSpan.FromMilliseconds(result.GetValue(latency)),
                MostInFlight = result.GetValue(most),
                DropsBodies = result.GetValue(drops),
            });
            await using var app = Build(service, result.GetValue(port));
            await app.StartAsync(cancellationToken);
            await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return 0;
        });
        return command;
    }

    static WebApplication Build(StoreService service, int port)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.AddLogging(logging => logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            // Headers are bytes, as they were sent.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(10);
        });
        var app = builder.Build();
        app.Run(service.HandleAsync);
        return app;
    }
}
