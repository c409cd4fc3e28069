using DataTransferHub.Configuration;
using DataTransferHub.Storage;
using DataTransferHub.Tasks.DryRuns;
using DataTransferHub.Tasks.Limits;
using DataTransferHub.Tasks.Plugins;
using DataTransferHub.Tasks.Retention;
using DataTransferHub.Tasks.Runs;
using DataTransferHub.Tasks.Store;
using DataTransferHub.Tasks.WorkArea;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataTransferHub.Tasks;

/// <summary>Registers tasks, their ledger and the work area.</summary>
static class TasksRegistration
{
    /// <summary>Adds tasks and their storage in the hub's data folder.</summary>
    public static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddHubOptions();
        services.AddCheckedOptions<RetentionOptions, RetentionOptionsCheck>(RetentionOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddSingleton<TaskDatabase>()
            .AddSingleton<IHubFile>(provider => provider.GetRequiredService<TaskDatabase>())
            .AddSingleton<ITaskStore, SqliteTaskStore>()
            .AddSingleton<IRunLedger, SqliteRunLedger>()
            .AddSingleton<IRunRetention, SqliteRunRetention>()
            .AddSingleton<RunWatch>()
            .AddSingleton<ILeftovers, SqliteLeftovers>()
            .AddSingleton<IUnprovenItems, SqliteUnprovenItems>()
            .AddSingleton<ICopiedVersions, SqliteCopiedVersions>()
            .AddSingleton<IRateLimitStore, SqliteRateLimitStore>()
            .AddSingleton<LimitCommands>()
            .AddSingleton<LocalWorkArea>()
            .AddSingleton<IWorkArea>(provider => new PatientWorkArea(
                provider.GetRequiredService<LocalWorkArea>(), provider.GetRequiredService<StorageWait>()))
            .AddSingleton<TransferPlugins>()
            .AddSingleton<NewTaskCheck>()
            .AddSingleton<RunCompletion>()
            .AddSingleton<IDryRunStore, SqliteDryRunStore>()
            .AddSingleton<DryRunCommands>()
            .AddSingleton<TaskCommands>();
    }
}
