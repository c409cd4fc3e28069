using System.Text;
using GraphQL;
using GraphQL.Transport;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace DataTransferHub.Api;

/// <summary>Why a request is refused before it is executed.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The code for <c>extensions.code</c>.</param>
/// <param name="Message">What is wrong and what to do.</param>
sealed record Refusal(int Status, string Code, string Message);

/// <summary>A request, or why it is refused.</summary>
sealed record ReadRequest(GraphQLRequest? Request, Refusal? Refusal);

/// <summary>
/// Reads GraphQL over HTTP: POST of <c>application/json</c>, or GET for queries. A web page of another origin can send neither: JSON
/// needs a CORS preflight, which is never granted, and a foreign Origin is refused.
/// </summary>
sealed class GraphQLRequestReader(IGraphQLTextSerializer serializer)
{
    const int LargestBody = 1024 * 1024;

    // Validation time grows faster than the document's length. Long values belong into the variables.
    const int LongestQuery = 32 * 1024;

    public async Task<ReadRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (IsFromElsewhere(request))
            return Refuse(
                StatusCodes.Status403Forbidden,
                "CROSS_ORIGIN",
                "Requests from web pages of another origin are refused. "
                + "Call the API from a server or a command line, or from the hub's own page.");
        var read = HttpMethods.IsGet(request.Method) ? FromQueryString(request.Query) : await FromBodyAsync(request, cancellationToken);
        return read.Request?.Query switch
        {
            { Length: > LongestQuery } query => Refuse(
                StatusCodes.Status413PayloadTooLarge,
                "TOO_LARGE",
                $"The query has {query.Length} characters; at most {LongestQuery} are allowed. "
                + "Send values as variables, and request fewer fields."),
            { } query when ExpandedQuery.IsTooLarge(query) => Refuse(
                StatusCodes.Status400BadRequest,
                "TOO_COMPLEX",
                $"With its fragments expanded, the query has more than {ExpandedQuery.MostFields} fields. Request fewer fields."),
            _ => read,
        };
    }

    static bool IsFromElsewhere(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        if (origin.Length == 0)
            return request.Headers["Sec-Fetch-Site"].ToString() is "cross-site" or "same-site";
        return !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
            || !string.Equals(uri.Authority, Authority(request), StringComparison.OrdinalIgnoreCase);
    }

    // An origin leaves out the default port of its scheme; a Host header may carry it.
    static string Authority(HttpRequest request) =>
        Uri.TryCreate($"{request.Scheme}://{request.Host}", UriKind.Absolute, out var uri) ? uri.Authority : request.Host.Value ?? "";

    ReadRequest FromQueryString(IQueryCollection query)
    {
        if (query["query"].ToString() is not { Length: > 0 } text)
            return Refuse(
                StatusCodes.Status400BadRequest,
                "INVALID_REQUEST",
                "The parameter 'query' is missing. Send a GraphQL document in it, or POST {\"query\": \"…\"} as application/json.");
        var operation = query["operationName"].ToString() is { Length: > 0 } name ? name : null;
        var variables = query["variables"].ToString() is { Length: > 0 } given ? given : "{}";
        try
        {
            var read = new GraphQLRequest
            {
                Query = text,
                OperationName = operation,
                Variables = serializer.Deserialize<Inputs>(variables),
            };
            return new ReadRequest(read, null);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            return Refuse(StatusCodes.Status400BadRequest, "INVALID_REQUEST", "The parameter 'variables' is not a JSON object.");
        }
    }

    async Task<ReadRequest> FromBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            return Refuse(
                StatusCodes.Status415UnsupportedMediaType,
                "UNSUPPORTED_MEDIA_TYPE",
                "The body must be JSON: send the header 'Content-Type: application/json'.");
        if (await ReadBodyAsync(request, cancellationToken) is not { } body)
            return Refuse(StatusCodes.Status413PayloadTooLarge, "TOO_LARGE", "The body is larger than 1 MiB.");

        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(body.Span);
            if (text.AsSpan().TrimStart().StartsWith("["))
                return Refuse(
                    StatusCodes.Status400BadRequest,
                    "INVALID_REQUEST",
                    "Batches are not supported. Send one operation, with several fields if needed.");
            return serializer.Deserialize<GraphQLRequest>(text) is { Query.Length: > 0 } read
                ? new ReadRequest(read, null)
                : Refuse(
                    StatusCodes.Status400BadRequest,
                    "INVALID_REQUEST",
                    "The property 'query' is missing. Send {\"query\": \"…\", \"variables\": {…}}.");
        }
        catch (Exception e) when (IsMalformed(e))
        {
            return Refuse(
                StatusCodes.Status400BadRequest,
                "INVALID_REQUEST",
                "The body is not JSON of the form {\"query\": \"…\", \"variables\": {…}}.");
        }
    }

    static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (request.ContentLength > LargestBody)
            return null;
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await request.Body.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (body.Length + read > LargestBody)
                return null;
            body.Write(buffer, 0, read);
        }

        return body.GetBuffer().AsMemory(0, (int)body.Length);
    }

    static bool IsMalformed(Exception e) =>
        e is System.Text.Json.JsonException or InvalidOperationException or ArgumentException or NotSupportedException;

    static ReadRequest Refuse(int status, string code, string message) => new(null, new Refusal(status, code, message));
}
