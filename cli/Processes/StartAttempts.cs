using System.Net;

namespace DataTransferHub.Cli.Processes;

/// <summary>Starts of a server on ports that were free a moment before and may be taken meanwhile.</summary>
public static class StartAttempts
{
    const int Attempts = 3;

    /// <summary>Starts again on other ports when the server ended before it was ready (<see cref="InvalidOperationException"/>).</summary>
    public static async Task<TServer> RunAsync<TServer>(Func<Task<TServer>> start)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await start().ConfigureAwait(false);
            }
            catch (InvalidOperationException) when (attempt < Attempts)
            {
            }
        }
    }

    /// <summary>Whether something answers HTTP on the port without an error of its own.</summary>
    public static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        try
        {
            using var response = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/"), cancellationToken).ConfigureAwait(false);
            return response.StatusCode < HttpStatusCode.InternalServerError;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
