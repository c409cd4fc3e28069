namespace DataTransferHub.Api;

/// <summary>Who may call the HTTP functions.</summary>
sealed class RequestGuardOptions
{
    /// <summary>
    /// Whether only this machine may: true where the hub runs by itself and has no sign-in. On the Functions host the function key
    /// decides.
    /// </summary>
    public bool ThisMachineOnly { get; set; }
}
