using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Storage;

/// <summary>Registers where the hub keeps its data.</summary>
static class StorageRegistration
{
    /// <summary>Options of the section <c>Hub</c>; the vault's key also from <c>DTH_VAULT_KEY</c>. May be called more than once.</summary>
    public static IServiceCollection AddHubOptions(this IServiceCollection services)
    {
        services.AddOptions<HubOptions>().BindConfiguration(HubOptions.Section).PostConfigure(options =>
            options.VaultKey ??= Environment.GetEnvironmentVariable("DTH_VAULT_KEY"));
        return services;
    }
}
