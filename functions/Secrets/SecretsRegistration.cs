using DataTransferHub.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Secrets;

/// <summary>Registers the secret vault.</summary>
static class SecretsRegistration
{
    /// <summary>Secrets in the local encrypted vault.</summary>
    public static IServiceCollection AddSecrets(this IServiceCollection services) =>
        services.AddHubOptions()
            .AddSingleton<LocalSecretVault>()
            .AddSingleton<ISecretVault>(provider => provider.GetRequiredService<LocalSecretVault>())
            .AddSingleton<IHubFile>(provider => provider.GetRequiredService<LocalSecretVault>());
}
