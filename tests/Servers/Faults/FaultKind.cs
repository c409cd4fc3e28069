namespace DataTransferHub.Servers.Faults;

/// <summary>One way for a store or the network to misbehave.</summary>
public enum FaultKind
{
    /// <summary>Answers 500 InternalError itself.</summary>
    InternalError,

    /// <summary>Answers 503 SlowDown itself.</summary>
    SlowDown,

    /// <summary>Resets the connection instead of forwarding the request.</summary>
    ResetBeforeRequest,

    /// <summary>Forwards the request, then resets the connection instead of relaying the response.</summary>
    ResetBeforeResponse,

    /// <summary>Relays a part of the response's body, then resets the connection.</summary>
    CutResponse,

    /// <summary>Forwards a part of the request's body, then resets both connections.</summary>
    CutRequest,

    /// <summary>Holds the request back for up to <see cref="FaultPlan.LongestDelay"/>.</summary>
    Delay,

    /// <summary>Changes one bit of the response's body.</summary>
    FlipResponse,

    /// <summary>Changes one bit of the request's body.</summary>
    FlipRequest,

    /// <summary>Answers 403 AccessDenied itself.</summary>
    AccessDenied,
}
