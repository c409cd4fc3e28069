using System.Text.Json;
using Microsoft.DurableTask;
using Microsoft.DurableTask.Converters;

namespace DataTransferHub.Engine.Hosting;

/// <summary>The form of inputs and outputs.</summary>
static class FunctionJson
{
    /// <summary>
    /// The official worker's default: names without regard to case when reading, everything else as System.Text.Json has it. The same
    /// for orchestrators, activities and clients, since each reads what another wrote.
    /// </summary>
    internal static DataConverter Converter { get; } = new JsonDataConverter(new JsonSerializerOptions { PropertyNameCaseInsensitive = true });
}
