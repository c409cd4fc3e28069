using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Configuration;

/// <summary>Registers options that are checked when the host starts.</summary>
static class OptionsRegistration
{
    /// <summary>Options of a section, with their validator. May be called more than once.</summary>
    /// <param name="services">The services.</param>
    /// <param name="section">Name of the section.</param>
    /// <param name="others">Names in the section that belong to other options classes.</param>
    public static OptionsBuilder<TOptions> AddCheckedOptions<TOptions, TValidator>(
        this IServiceCollection services, string section, params string[] others)
        where TOptions : class
        where TValidator : class, IValidateOptions<TOptions>
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<TOptions>, OptionsSection<TOptions>>(
            provider => new OptionsSection<TOptions>(provider.GetRequiredService<IConfiguration>(), section, others)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<TOptions>, TValidator>());
        return services.AddOptions<TOptions>().ValidateOnStart();
    }
}
