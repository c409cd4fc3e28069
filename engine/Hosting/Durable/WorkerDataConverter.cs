using System.Diagnostics.CodeAnalysis;
using System.Text;
using Azure.Core.Serialization;
using Microsoft.DurableTask;

namespace DataTransferHub.Engine.Hosting.Durable;

/// <summary>
/// The worker's own serializer as the converter of durable data, as in the official extension: orchestrators, activities and clients can
/// read each other's data, whichever host wrote it.
/// </summary>
sealed class WorkerDataConverter(ObjectSerializer serializer) : DataConverter
{
    /// <inheritdoc/>
    [return: NotNullIfNotNull(nameof(value))]
    public override string? Serialize(object? value) =>
        value is null ? null : serializer.Serialize(value, value.GetType()).ToString();

    /// <inheritdoc/>
    public override object? Deserialize(string? data, Type targetType)
    {
        if (data is null)
            return null;
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(data), writable: false);
        return serializer.Deserialize(stream, targetType, default);
    }
}
