namespace DataTransferHub;

/// <summary>The Azure Functions host, as the parent of this process.</summary>
static class FunctionsHost
{
    // Its address, which the host passes to each worker that it starts (Worker, WorkerHostBuilderExtensions.cs).
    const string AddressOption = "--functions-uri";

    // The application's folder; set by hosts that start workers without that option.
    const string DirectoryVariable = "FUNCTIONS_APPLICATION_DIRECTORY";

    // Set if the host has loaded the worker into its own process (Worker.Grpc, GrpcServiceCollectionExtensions.cs).
    const string NativeHostData = "AZURE_FUNCTIONS_NATIVE_HOST";

    /// <summary>Whether it started this process as an isolated worker.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="processData">Reads a value that the process's loader has set.</param>
    public static bool HasStarted(IEnumerable<string> args, Func<string, string?> environment, Func<string, object?> processData) =>
        args.Any(arg => arg == AddressOption || arg.StartsWith(AddressOption + "=", StringComparison.Ordinal))
        || !string.IsNullOrWhiteSpace(environment(DirectoryVariable))
        || processData(NativeHostData) is not null;
}
