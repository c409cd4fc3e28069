namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The host cannot start, for a reason its operator can remove. The message is one line: what is wrong and what to do.</summary>
sealed class StartFailure(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>A failed start: something the host needs is not there, or is used by another process.</summary>
    const int CannotStart = 1;

    /// <summary>An option is wrong.</summary>
    const int WrongOption = 2;

    /// <summary>What the process ends with.</summary>
    internal int ExitCode { get; private init; } = CannotStart;

    /// <summary>The failure of an option that is wrong as it was given.</summary>
    internal static StartFailure Option(string message, Exception? cause = null) => new(message, cause) { ExitCode = WrongOption };
}
