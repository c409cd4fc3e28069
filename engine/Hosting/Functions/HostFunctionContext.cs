using System.Diagnostics;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>One invocation. Its service scope is created on first use.</summary>
sealed class HostFunctionContext(FunctionCall call, IServiceProvider services, CancellationToken cancellation)
    : FunctionContext, IAsyncDisposable, IDisposable
{
    AsyncServiceScope? _scope;
    IServiceProvider? _services;

    public override string InvocationId { get; } = Guid.NewGuid().ToString();

    public override string FunctionId => call.Function.Definition.Id;

    public override TraceContext TraceContext { get; } = new CurrentTrace();

    public override BindingContext BindingContext { get; } = new TriggerData(call.Data);

    public override RetryContext RetryContext { get; } = new NoRetries();

    public override IServiceProvider InstanceServices
    {
        get => _services ??= (_scope = services.CreateAsyncScope()).Value.ServiceProvider;
        set => _services = value;
    }

    public override FunctionDefinition FunctionDefinition => call.Function.Definition;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures(call);

    public override CancellationToken CancellationToken => cancellation;

    public ValueTask DisposeAsync() => _scope?.DisposeAsync() ?? ValueTask.CompletedTask;

    public void Dispose() => _scope?.Dispose();

    sealed class TriggerData(IReadOnlyDictionary<string, object?> data) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => data;
    }

    sealed class NoRetries : RetryContext
    {
        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }

    sealed class CurrentTrace : TraceContext
    {
        public override string TraceParent { get; } = Activity.Current?.Id ?? "";

        public override string TraceState { get; } = Activity.Current?.TraceStateString ?? "";
    }
}
