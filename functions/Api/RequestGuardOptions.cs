namespace DataTransferHub.Api;

/// <summary>Who may call the HTTP functions.</summary>
sealed class RequestGuardOptions
{
    /// <summary>
    /// Whether only this machine may: true on the embedded host, which has no sign-in. On the Functions host the function key decides.
    /// </summary>
    public bool ThisMachineOnly { get; set; }
}
