using DataTransferHub;
using DataTransferHub.Api;
using DataTransferHub.Objects;
using DataTransferHub.Secrets;
using DataTransferHub.Storage;
using DataTransferHub.Tasks;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
#if EMBEDDED_HOST
using DataTransferHub.Engine;

HubCommandLine? commandLine;
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

var builder = FunctionsApplication.CreateBuilder([.. commandLine.Rest]);
builder.UseEmbeddedHost(host =>
{
    host.DataDirectory = commandLine.DataDirectory;
    host.Url = commandLine.Url;

    // Whatever the configuration says: there is no sign-in yet that could keep others out.
    host.AllowRemote = false;
    host.StaticFiles = Path.Combine(AppContext.BaseDirectory, "ui");
    host.Starting = services => services.GetRequiredService<HubFiles>().StartAsync(CancellationToken.None);
});
builder.Services.PostConfigure<HubOptions>(options => options.DataDirectory = commandLine.DataDirectory);
#else
var builder = FunctionsApplication.CreateBuilder(args);
#endif

builder.ConfigureFunctionsWebApplication();
builder.Services.AddTasks().AddSecrets().AddApi().AddObjects();
await builder.Build().RunAsync();
return 0;
