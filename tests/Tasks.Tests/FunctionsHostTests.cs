namespace DataTransferHub.Tasks.Tests;

/// <summary>Where the application runs is decided by how it was started.</summary>
public sealed class FunctionsHostTests
{
    [Theory]
    [InlineData("--functions-uri", "http://127.0.0.1:5000", "--functions-worker-id", "w")]
    [InlineData("--functions-uri=http://127.0.0.1:5000")]
    public void The_host_s_address_on_the_command_line_means_the_Functions_host(params string[] args) =>
        Assert.True(FunctionsHost.HasStarted(args, _ => null, _ => null));

    [Fact]
    public void The_application_folder_in_the_environment_means_the_Functions_host() =>
        Assert.True(
            FunctionsHost.HasStarted([], name => name == "FUNCTIONS_APPLICATION_DIRECTORY" ? "/home/site/wwwroot" : null, _ => null));

    [Fact]
    public void A_native_host_in_the_process_means_the_Functions_host() =>
        Assert.True(FunctionsHost.HasStarted([], _ => null, name => name == "AZURE_FUNCTIONS_NATIVE_HOST" ? "" : null));

    [Theory]
    [InlineData]
    [InlineData("--data", "/var/lib/hub", "--url", "http://127.0.0.1:0")]
    public void Anything_else_means_the_embedded_host(params string[] args) =>
        Assert.False(FunctionsHost.HasStarted(args, _ => " ", _ => null));
}
