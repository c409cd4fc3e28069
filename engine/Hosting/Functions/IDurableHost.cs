using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>What functions need from the durable engine.</summary>
interface IDurableHost
{
    /// <summary>The client of the engine.</summary>
    DurableTaskClient Client { get; }

    /// <summary>Serializes stored inputs and outputs.</summary>
    DataConverter Converter { get; }
}
