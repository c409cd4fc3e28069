using System.Reflection;
using DataTransferHub.Engine;
using DataTransferHub.Engine.Hosting;
using DataTransferHub.Engine.Hosting.Discovery;
using DataTransferHub.Engine.Hosting.Durable;
using DataTransferHub.Engine.Hosting.Invocation;
using DataTransferHub.Engine.Hosting.Timers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Microsoft.Azure.Functions.Worker.Builder;

/// <summary>Builds a function application.</summary>
public class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    readonly WebApplicationBuilder _web;
    readonly List<Func<FunctionExecutionDelegate, FunctionExecutionDelegate>> _middleware = [];
    readonly HostJson _settings = new();
    bool _built;

    internal FunctionsApplicationBuilder(string[]? args)
    {
        _web = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        _web.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // In place of the section Kestrel: where to listen is the host's to say.
            kestrel.Configure();
        });
        try
        {
            _settings = HostJson.Load(AppContext.BaseDirectory);
        }
        catch (StartFailure failure)
        {
            EmbeddedHost.EndProcess(failure);
        }

        LogToStandardError();
    }

    /// <summary>What the application and its parts share while it is built.</summary>
    public IDictionary<object, object> Properties => ((IHostApplicationBuilder)_web).Properties;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    /// <summary>The configuration: <c>appsettings.json</c>, environment, command line.</summary>
    public ConfigurationManager Configuration => _web.Configuration;

    /// <summary>Where the application runs.</summary>
    public IHostEnvironment Environment => _web.Environment;

    /// <summary>Logging.</summary>
    public ILoggingBuilder Logging => _web.Logging;

    /// <summary>Metrics.</summary>
    public IMetricsBuilder Metrics => _web.Metrics;

    /// <summary>The services of the application.</summary>
    public IServiceCollection Services => _web.Services;

    internal IList<Action<EmbeddedHostOptions>> ConfigureHost { get; } = [];

    internal bool SpeaksAspNetCore { get; set; }

    /// <summary>Builds the application.</summary>
    /// <exception cref="InvalidOperationException">It has been built.</exception>
    public IHost Build()
    {
        ThrowIfBuilt();
        _built = true;

        var options = new EmbeddedHostOptions();
        var wrong = HostSection.Read(Configuration, options);
        foreach (var configure in ConfigureHost)
            configure(options);
        try
        {
            if (wrong is not null)
                throw wrong;
            HostSection.Check(options, Configuration);
            return Build(options);
        }
        catch (StartFailure failure) when (options.OwnsProcess)
        {
            EmbeddedHost.EndProcess(failure);
            throw;
        }
    }

    /// <summary>Replaces the container of services.</summary>
    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull =>
        ((IHostApplicationBuilder)_web).ConfigureContainer(factory, configure);

    /// <summary>Adds middleware: a function that wraps the rest of the way.</summary>
    /// <exception cref="InvalidOperationException">The application has been built.</exception>
    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        ThrowIfBuilt();
        _middleware.Add(middleware);
        return this;
    }

    EmbeddedHost Build(EmbeddedHostOptions options)
    {
        IEnumerable<Assembly> assemblies = options.FunctionAssemblies is { Count: > 0 } given ? given : [Assembly.GetEntryAssembly()!];
        var types = options.FunctionTypes ?? assemblies.Distinct().SelectMany(assembly => assembly.GetTypes());
        var functions = new FunctionDiscovery(Configuration, _settings).Find(types);
        if (!SpeaksAspNetCore && functions.FirstOrDefault(function => function.Trigger is HttpFunctionTrigger) is { } http)
            throw new StartFailure($"the function {http.Definition.EntryPoint} takes an HttpRequest; call ConfigureFunctionsWebApplication on the builder.");

        Services.TryAddSingleton(TimeProvider.System);
        Services.AddSingleton(options);
        Services.AddSingleton(_settings);
        Services.AddSingleton(functions);
        Services.AddSingleton(provider =>
            new FunctionRunner(provider, _middleware, provider.GetRequiredService<TimeProvider>(), _settings.FunctionTimeout));
        Services.AddSingleton(provider => new FunctionCatalog(functions, provider.GetRequiredService<FunctionRunner>()));
        Services.AddSingleton<HostedEngine>();
        Services.Replace(ServiceDescriptor.Singleton<IHostLifetime, StopSignals>());

        Services.AddHostedService<TimerFunctions>();
        Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownGrace + TimeSpan.FromSeconds(5));
        return new EmbeddedHost(_web.Build(), options, functions);
    }

    void LogToStandardError()
    {
        Logging.ClearProviders();
        Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // The levels of host.json come first, so that appsettings, environment and command line win over them.
        var levels = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Logging:LogLevel:Microsoft"] = "Warning" };
        foreach (var (category, level) in _settings.LogLevels)
            levels[$"Logging:LogLevel:{category}"] = level;
        ((IConfigurationBuilder)Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = levels });
    }

    void ThrowIfBuilt()
    {
        if (_built)
            throw new InvalidOperationException("The application has been built already.");
    }
}
