using Microsoft.DurableTask;
using Microsoft.DurableTask.Client;

namespace DataTransferHub.Engine.Hosting.Functions;

/// <summary>What functions take from the durable engine.</summary>
interface IDurableHost
{
    /// <summary>The client of the engine.</summary>
    DurableTaskClient Client { get; }

    /// <summary>The form in which inputs and outputs are stored.</summary>
    DataConverter Converter { get; }
}
