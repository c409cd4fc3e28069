using System.Globalization;
using GraphQL.Types;
using GraphQLParser.AST;

namespace DataTransferHub.Api.Types;

/// <summary>A point in time in the ISO 8601 format of AWS AppSync, always in UTC with milliseconds.</summary>
sealed class AwsDateTimeGraphType : ScalarGraphType
{
    public AwsDateTimeGraphType()
    {
        Name = "AWSDateTime";
        Description = "A point in time in ISO 8601 format, in UTC, for example 2026-11-22T17:04:05.123Z.";
    }

    public override object? ParseLiteral(GraphQLValue value) => value switch
    {
        GraphQLNullValue => null,
        GraphQLStringValue text => ParseValue((string)text.Value),
        _ => ThrowLiteralConversionError(value),
    };

    public override object? ParseValue(object? value) => value switch
    {
        null => null,
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) =>
            moment,
        _ => ThrowValueConversionError(value),
    };

    public override object? Serialize(object? value) => value switch
    {
        null => null,
        DateTimeOffset moment => moment.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        _ => ThrowSerializationError(value),
    };
}
