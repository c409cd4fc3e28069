namespace DataTransferHub.Engine.Hosting.Settings;

/// <summary>The host cannot start, for a reason that the operator can fix. The message is one line: what is wrong and what to do.</summary>
sealed class StartFailure(string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The exit code if something the host needs is missing, or is in use by another process.</summary>
    const int CannotStart = 1;

    /// <summary>The exit code for an invalid option.</summary>
    const int WrongOption = 2;

    /// <summary>The exit code of the process.</summary>
    internal int ExitCode { get; private init; } = CannotStart;

    /// <summary>The failure for an invalid option.</summary>
    internal static StartFailure Option(string message, Exception? cause = null) => new(message, cause) { ExitCode = WrongOption };
}
