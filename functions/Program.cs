using DataTransferHub;
using DataTransferHub.Api;
using DataTransferHub.Engine.Hosting;
using DataTransferHub.Objects;
using DataTransferHub.Secrets;
using DataTransferHub.Storage;
using DataTransferHub.Tasks;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

// The host is chosen here, at startup: a process that the Functions host starts is an isolated worker; any other process runs the embedded
// host.
HubCommandLine? commandLine = null;
if (!FunctionsHost.HasStarted(args, Environment.GetEnvironmentVariable, AppContext.GetData))
{
    try
    {
        commandLine = HubCommandLine.Parse(args, Environment.GetEnvironmentVariable);
    }
    catch (FormatException e)
    {
        Console.Error.WriteLine($"Data Transfer Hub cannot start: {e.Message}");
        return 2;
    }

    if (commandLine is null)
    {
        Console.WriteLine(HubCommandLine.Help);
        return 0;
    }

    if (commandLine.BackupTo is { } target)
        return DataBackup.Run(commandLine.DataDirectory, target);
}

var builder = FunctionsApplication.CreateBuilder(commandLine is null ? args : [.. commandLine.Rest]);
builder.ConfigureFunctionsWebApplication();
var embedded = commandLine is null ? null : builder.UseEmbeddedHost();

builder.UseMiddleware<RequestGuard>();
builder.Services.AddTasks().AddSecrets().AddApi().AddObjects();
if (commandLine is not null)
{
    builder.Services.PostConfigure<HubOptions>(options => options.DataDirectory = commandLine.DataDirectory);
    builder.Services.Configure<RequestGuardOptions>(options => options.ThisMachineOnly = true);
}

using var host = embedded?.Build(options =>
{
    options.DataDirectory = commandLine!.DataDirectory;
    options.Url = commandLine.Url;

    // There is no sign-in yet, so the hub listens on loopback addresses only, whatever the configuration says, and does not require keys.
    options.AllowRemote = false;
    options.DemandsFunctionKeys = false;
    options.StaticFiles = Path.Combine(AppContext.BaseDirectory, "ui");
    options.Starting = services => services.GetRequiredService<HubFiles>().StartAsync(CancellationToken.None);
}) ?? builder.Build();
try
{
    await host.RunAsync();
}
catch (OptionsValidationException e)
{
    // The embedded host reports this failure itself; this line is for the log of the Functions host.
    Console.Error.WriteLine($"Data Transfer Hub cannot start: {string.Join(' ', e.Failures)}");
    return 2;
}

return 0;
