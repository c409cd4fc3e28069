using System.Net;

namespace DataTransferHub.Objects.Tests.Fakes;

/// <summary>Stands between the hub and a server: sees every request, and may answer it itself or change bytes on the way.</summary>
sealed class ScriptedWire : DelegatingHandler
{
    /// <param name="line">What it sends over, or null for the usual way.</param>
    public ScriptedWire(HttpMessageHandler? line = null)
        : base(line ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, ActivityHeadersPropagator = null })
    {
    }

    /// <summary>Answers a request, throws, or gives null to let it pass.</summary>
    public Func<HttpRequestMessage, HttpResponseMessage?> Answer { get; set; } = _ => null;

    /// <summary>Whether one byte of the request's body is flipped.</summary>
    public Func<HttpRequestMessage, bool> FlipsRequest { get; set; } = _ => false;

    /// <summary>Whether one byte of the answer's body is flipped.</summary>
    public Func<HttpRequestMessage, bool> FlipsResponse { get; set; } = _ => false;

    /// <summary>Every request that was sent, as method, path and query.</summary>
    public System.Collections.Concurrent.ConcurrentQueue<string> Requests { get; } = new();

    public static HttpResponseMessage Error(HttpStatusCode status, string code, string message = "so it is") => new(status)
    {
        Content = new StringContent(
            """<?xml version="1.0" encoding="UTF-8"?>"""
            + $"<Error><Code>{code}</Code><Message>{message}</Message><RequestId>R1</RequestId></Error>"),
    };

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Requests.Enqueue($"{request.Method} {request.RequestUri!.PathAndQuery}");
        if (Answer(request) is { } answer)
            return answer;
        if (request.Content is not null && FlipsRequest(request))
        {
            var changed = new ByteArrayContent(Flip(await request.Content.ReadAsByteArrayAsync(cancellationToken)));
            foreach (var (name, values) in request.Content.Headers.NonValidated)
                if (name != "Content-Length")
                    changed.Headers.TryAddWithoutValidation(name, values.ToString());
            request.Content = changed;
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (!FlipsResponse(request))
            return response;
        var body = new ByteArrayContent(Flip(await response.Content.ReadAsByteArrayAsync(cancellationToken)));
        foreach (var (name, values) in response.Content.Headers.NonValidated)
            body.Headers.TryAddWithoutValidation(name, values.ToString());
        response.Content = body;
        return response;
    }

    static byte[] Flip(byte[] bytes)
    {
        if (bytes.Length > 0)
            bytes[bytes.Length / 2] ^= 1;
        return bytes;
    }
}
