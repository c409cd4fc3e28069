using DataTransferHub.Configuration;
using DataTransferHub.Objects.Finding;
using DataTransferHub.Objects.Finding.Prefixes;
using DataTransferHub.Objects.Limits;
using DataTransferHub.Objects.Routes;
using DataTransferHub.Objects.Run;
using DataTransferHub.Objects.Settings;
using DataTransferHub.Objects.Stores;
using DataTransferHub.Objects.Stores.Local;
using DataTransferHub.Objects.Stores.S3;
using DataTransferHub.Objects.Units;
using DataTransferHub.Tasks.Plugins;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects;

/// <summary>Registers object transfers.</summary>
static class ObjectsServices
{
    /// <summary>
    /// Adds the plugin for objects with the options of section <c>Objects</c>. The secret vault, the work area and the run ledger are
    /// registered elsewhere.
    /// </summary>
    public static IServiceCollection AddObjects(this IServiceCollection services)
    {
        services.AddCheckedOptions<ObjectOptions, ObjectOptionsCheck>(ObjectOptions.Section);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => new S3Transport(provider.GetRequiredService<IOptions<ObjectOptions>>().Value));
        services.AddSingleton(provider => new MemoryBudget(provider.GetRequiredService<IOptions<ObjectOptions>>().Value));
        services.AddSingleton<IStoreProvider, S3StoreProvider>();
        services.AddCheckedOptions<LocalFolderOptions, LocalFolderOptionsCheck>(LocalFolderOptions.Section);
        services.AddSingleton<IStoreProvider, LocalFolderProvider>();
        services.AddSingleton<StoreFactory>();
        services.AddSingleton<SettingsReader>();
        services.AddSingleton<RateLimiters>();
        services.AddSingleton<TransferFactory>();
        services.AddSingleton<PrefixLists>();
        services.AddSingleton<SearchScope>();
        services.AddSingleton<Search>();
        services.AddSingleton<RunCleaner>();
        services.AddSingleton<ITransferPlugin, ObjectsPlugin>();
        return services;
    }
}
