namespace Microsoft.Azure.Functions.Worker;

/// <summary>What a caller must show to call an HTTP function.</summary>
public enum AuthorizationLevel
{
    /// <summary>Nothing.</summary>
    Anonymous = 0,

    /// <summary>A user token; the host asks for nothing and leaves the check to the function.</summary>
    User = 1,

    /// <summary>The function key.</summary>
    Function = 2,

    /// <summary>The system key.</summary>
    System = 3,

    /// <summary>The master key.</summary>
    Admin = 4,
}
