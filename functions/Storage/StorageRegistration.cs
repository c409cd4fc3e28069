using DataTransferHub.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace DataTransferHub.Storage;

/// <summary>Registers where the hub keeps its data.</summary>
static class StorageRegistration
{
    // Options of the embedded host in the same section.
    static readonly string[] HostOptions = ["Url", "AllowRemote", "StaticFiles", "ShutdownGrace"];

    /// <summary>
    /// Options of the section <c>Hub</c>; the vault's key also from <c>DTH_VAULT_KEY</c>. The files of the data folder are opened at the
    /// start. May be called more than once.
    /// </summary>
    public static IServiceCollection AddHubOptions(this IServiceCollection services)
    {
        services.AddCheckedOptions<HubOptions, HubOptionsCheck>(HubOptions.Section, HostOptions).PostConfigure(options =>
            options.VaultKey ??= Environment.GetEnvironmentVariable("DTH_VAULT_KEY"));
        services.TryAddSingleton<HubFiles>();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<StorageWait>();
        return services.AddHostedService(provider => provider.GetRequiredService<HubFiles>());
    }
}
