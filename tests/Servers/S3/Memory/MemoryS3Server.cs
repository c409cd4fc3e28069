using System.Net;
using System.Text;
using DataTransferHub.Cli.S3;
using DataTransferHub.Servers.Faults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Servers.S3.Memory;

/// <summary>
/// S3 in the memory of this process: as strict as Amazon by default, with quirks of other stores and scripted faults on request.
/// Everything that is stored stays until its bucket is emptied or the server ends.
/// </summary>
public sealed class MemoryS3Server : S3Server
{
    const string TheAccessKey = "MEMORY";
    const string TheSecretKey = "memory-secret";
    const string TheRegion = "us-east-1";

    readonly WebApplication _app;
    readonly MemoryS3 _s3;

    MemoryS3Server(WebApplication app, MemoryS3 s3, int port)
        : base(port, TheAccessKey, TheSecretKey)
    {
        _app = app;
        _s3 = s3;
    }

    /// <summary>Returns the fault of a request, or null. Called before the script of the request's bucket.</summary>
    public Func<S3Call, Fault?> Script
    {
        get => _s3.Script;
        set => _s3.Script = value;
    }

    /// <summary>Starts one.</summary>
    /// <param name="time">Tells the time of day; the system's where it is null.</param>
    /// <param name="port">The port; 0 takes a free one.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    public static async Task<MemoryS3Server> StartAsync(
        TimeProvider? time = null, int port = 0, CancellationToken cancellationToken = default)
    {
        time ??= TimeProvider.System;
        var s3 = new MemoryS3(new SignatureCheck(TheAccessKey, TheSecretKey, TheRegion, time), TheRegion, time);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, port);
            kestrel.AddServerHeader = false;
            // Headers are bytes, as they were sent.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestLineSize = 32 * 1024;
            // Slow and held transfers are what tests are about.
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        var app = builder.Build();
        app.Run(s3.HandleAsync);
        await app.StartAsync(cancellationToken).ConfigureAwait(false);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new MemoryS3Server(app, s3, new Uri(address).Port);
    }

    /// <summary>How a bucket differs from Amazon's; may be changed.</summary>
    public BucketQuirks QuirksOf(string bucket) =>
        (_s3.FindBucket(bucket) ?? throw new ArgumentException($"There is no bucket '{bucket}'.", nameof(bucket))).Quirks;

    /// <summary>How many requests of a kind have come, those that met a fault included.</summary>
    public long Count(RequestKind kind) => _s3.Count(kind);

    /// <summary>Counts from 0 again.</summary>
    public void ResetCounts() => _s3.ResetCounts();

    /// <inheritdoc/>
    protected override async ValueTask StopAsync()
    {
        // Requests that are held by a test that failed are ended, not waited for.
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync().ConfigureAwait(false);
        await _app.StopAsync(atOnce.Token).ConfigureAwait(false);
        await _app.DisposeAsync().ConfigureAwait(false);
    }
}
