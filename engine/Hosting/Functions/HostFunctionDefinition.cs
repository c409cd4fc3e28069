using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Azure.Functions.Worker;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>The definition of a function, as middleware sees it.</summary>
sealed class HostFunctionDefinition(string name, MethodInfo method, FunctionTrigger trigger) : FunctionDefinition
{
    public override ImmutableArray<FunctionParameter> Parameters { get; } =
        [.. method.GetParameters().Select(parameter =>
            new FunctionParameter(parameter.Name!, parameter.ParameterType, parameter.HasDefaultValue, parameter.DefaultValue))];

    public override string PathToAssembly { get; } = method.DeclaringType!.Assembly.Location;

    public override string EntryPoint { get; } = FunctionDiscovery.NameOf(method);

    public override string Id { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));

    public override string Name { get; } = name;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings { get; } =
        method.GetParameters()
            .Where(parameter => trigger.IsOf(parameter) || parameter.IsDefined(typeof(DurableClientAttribute)))
            .ToImmutableDictionary<ParameterInfo, string, BindingMetadata>(
                parameter => parameter.Name!,
                parameter => new InputBinding(parameter.Name!, trigger.IsOf(parameter) ? trigger.Kind : "durableClient"));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings { get; } =
        trigger is HttpFunctionTrigger
            ? ImmutableDictionary<string, BindingMetadata>.Empty.Add("$return", new OutputBinding())
            : ImmutableDictionary<string, BindingMetadata>.Empty;

    sealed class InputBinding(string name, string kind) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => kind;

        public override BindingDirection Direction => BindingDirection.In;
    }

    sealed class OutputBinding : BindingMetadata
    {
        public override string Name => "$return";

        public override string Type => "http";

        public override BindingDirection Direction => BindingDirection.Out;
    }
}
