namespace DataTransferHub;

/// <summary>The Azure Functions host, as the parent of this process.</summary>
static class FunctionsHost
{
    // Its address, which the host gives each worker that it starts (Worker, WorkerHostBuilderExtensions.cs).
    const string AddressOption = "--functions-uri";

    // Where it keeps the application; set by hosts that start workers without that option.
    const string DirectoryVariable = "FUNCTIONS_APPLICATION_DIRECTORY";

    // Set where the host has loaded the worker into a process of its own (Worker.Grpc, GrpcServiceCollectionExtensions.cs).
    const string NativeHostData = "AZURE_FUNCTIONS_NATIVE_HOST";

    /// <summary>Whether it has started this process as an isolated worker.</summary>
    /// <param name="args">The command line.</param>
    /// <param name="environment">Reads a variable of the environment.</param>
    /// <param name="processData">Reads a value that the program's loader set.</param>
    public static bool HasStarted(IEnumerable<string> args, Func<string, string?> environment, Func<string, object?> processData) =>
        args.Any(arg => arg == AddressOption || arg.StartsWith(AddressOption + "=", StringComparison.Ordinal))
        || !string.IsNullOrWhiteSpace(environment(DirectoryVariable))
        || processData(NativeHostData) is not null;
}
