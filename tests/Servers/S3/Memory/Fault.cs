namespace DataTransferHub.Servers.S3.Memory;

/// <summary>The fault of one request.</summary>
public abstract record Fault
{
    Fault()
    {
    }

    /// <summary>It is answered so, and nothing is done. With status 200 it is an error inside a success.</summary>
    /// <param name="Status">The HTTP status.</param>
    /// <param name="Code">The error code; empty for an answer without a body.</param>
    /// <param name="RetryAfter">Seconds to wait, or null.</param>
    public sealed record Answer(int Status, string Code, int? RetryAfter = null) : Fault;

    /// <summary>It waits, and then is done as usual.</summary>
    /// <param name="Until">Ends the wait.</param>
    public sealed record Hold(Task Until) : Fault;

    /// <summary>The connection ends, and nothing is done.</summary>
    public sealed record Drop : Fault;

    /// <summary>It is done, and the connection ends before the answer.</summary>
    public sealed record DropAnswer : Fault;

    /// <summary>It is done, and the connection ends within the answer's body.</summary>
    /// <param name="After">After so many bytes.</param>
    public sealed record CutBody(long After) : Fault;
}
