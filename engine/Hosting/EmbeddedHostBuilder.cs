using System.Reflection;
using DataTransferHub.Engine.Hosting.Durable;
using DataTransferHub.Engine.Hosting.Functions;
using DataTransferHub.Engine.Hosting.Http;
using DataTransferHub.Engine.Hosting.Settings;
using DataTransferHub.Engine.Hosting.Timers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace DataTransferHub.Engine.Hosting;

/// <summary>Builds a function application that runs on the embedded host.</summary>
public sealed class EmbeddedHostBuilder
{
    // Services of the official worker that are needed only with the Functions host: its gRPC client, the server for forwarded requests, and
    // data protection keys, which nothing here uses and which would be written to the user's home folder.
    static readonly string[] WorkerOnlyServices = ["WorkerHostedService", "GenericWebHostService", "DataProtectionHostedService"];

    readonly FunctionsApplicationBuilder _builder;
    readonly HostJson _settings = new();
    readonly bool _speaksAspNetCore;
    FunctionExecutionDelegate? _application;

    internal EmbeddedHostBuilder(FunctionsApplicationBuilder builder)
    {
        _builder = builder;
        _speaksAspNetCore = SpeaksAspNetCore();

        // The pipeline is built from its end: this delegate gets the middleware that is registered from now on.
        builder.Use(next => _application = next);
        try
        {
            _settings = HostJson.Load(AppContext.BaseDirectory);
        }
        catch (StartFailure failure)
        {
            EmbeddedHost.EndProcess(failure);
        }

        ReadSettingsBesideTheProgram();
        LogToStandardError();
    }

    /// <summary>Builds the application.</summary>
    /// <param name="configure">Sets options, overriding the configuration section <c>Hub</c>.</param>
    /// <exception cref="InvalidOperationException">It has already been built.</exception>
    public IHost Build(Action<EmbeddedHostOptions>? configure = null)
    {
        var options = new EmbeddedHostOptions();
        var wrong = HostSection.Read(_builder.Configuration, options);
        configure?.Invoke(options);
        try
        {
            if (wrong is not null)
                throw wrong;
            HostSection.Check(options, _builder.Configuration);
            return Build(options);
        }
        catch (StartFailure failure) when (options.OwnsProcess)
        {
            EmbeddedHost.EndProcess(failure);
            throw;
        }
    }

    EmbeddedHost Build(EmbeddedHostOptions options)
    {
        IEnumerable<Assembly> assemblies = options.FunctionAssemblies is { Count: > 0 } given ? given : [Assembly.GetEntryAssembly()!];
        var types = options.FunctionTypes ?? assemblies.Distinct().SelectMany(assembly => assembly.GetTypes());
        var functions = new FunctionDiscovery(_builder.Configuration, _settings).Find(types);
        CheckAspNetCore(functions);

        var services = _builder.Services;
        foreach (var service in services.Where(IsWorkerOnly).ToList())
            services.Remove(service);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(options);
        services.AddSingleton(_settings);
        services.AddSingleton(functions);
        services.AddSingleton(NewRunner);
        services.AddSingleton(provider => new FunctionCatalog(functions, provider.GetRequiredService<FunctionRunner>()));
        services.AddSingleton<HostedEngine>();
        services.AddSingleton<IDurableHost>(provider => provider.GetRequiredService<HostedEngine>());
        services.AddSingleton<WebServer>();
        services.Replace(ServiceDescriptor.Singleton<IServer>(provider => provider.GetRequiredService<WebServer>().Server));
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime, StopSignals>());
        services.AddHostedService<TimerFunctions>();
        services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownGrace + TimeSpan.FromSeconds(5));

        // Replaces the worker's last steps, which read the Functions host's request and send it the function's result.
        _builder.Use(_ => FunctionRunner.CallFunctionAsync);
        return new EmbeddedHost(_builder.Build(), options, functions);
    }

    FunctionRunner NewRunner(IServiceProvider provider)
    {
        // Builds the pipeline.
        provider.GetRequiredService<FunctionExecutionDelegate>();
        return new FunctionRunner(provider, _application!, provider.GetRequiredService<TimeProvider>(), _settings.FunctionTimeout);
    }

    void CheckAspNetCore(IEnumerable<FunctionMethod> functions)
    {
        if (_speaksAspNetCore)
            return;
        if (SpeaksAspNetCore())
            throw new InvalidOperationException("Call ConfigureFunctionsWebApplication before UseEmbeddedHost.");
        if (functions.FirstOrDefault(function => function.Trigger is HttpFunctionTrigger) is { } http)
        {
            throw new StartFailure(
                $"the function {http.Definition.EntryPoint} takes an HttpRequest; call ConfigureFunctionsWebApplication on the builder.");
        }
    }

    bool SpeaksAspNetCore() => _builder.Services.Any(
        service => service.ServiceType.Assembly == typeof(FunctionsApplicationBuilderAspNetCoreExtensions).Assembly);

    static bool IsWorkerOnly(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && !service.IsKeyedService
        && service.ImplementationType is { } type && WorkerOnlyServices.Contains(type.Name);

    // The official builder looks for them in the current directory, which on the Functions host is the same folder.
    void ReadSettingsBesideTheProgram()
    {
        var folder = new PhysicalFileProvider(AppContext.BaseDirectory);
        var sources = ((IConfigurationBuilder)_builder.Configuration).Sources;
        for (var i = 0; i < sources.Count; i++)
        {
            if (sources[i] is not FileConfigurationSource file)
                continue;
            file.FileProvider = folder;

            // Setting the provider again reloads the configuration.
            sources[i] = file;
        }
    }

    void LogToStandardError()
    {
        _builder.Logging.ClearProviders();
        _builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
        });
        _builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);

        // The levels of host.json come first, so that appsettings, environment and command line override them.
        var levels = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase) { ["Logging:LogLevel:Microsoft"] = "Warning" };
        foreach (var (category, level) in _settings.LogLevels)
            levels[$"Logging:LogLevel:{category}"] = level;
        ((IConfigurationBuilder)_builder.Configuration).Sources.Insert(0, new MemoryConfigurationSource { InitialData = levels });
    }
}
