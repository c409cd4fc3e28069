namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Where a function application begins.</summary>
public class FunctionsApplication
{
    /// <summary>A builder for an application with these command-line arguments.</summary>
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args);
}
