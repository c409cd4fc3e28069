using DataTransferHub.Configuration;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Objects.Settings;

/// <summary>The bounds of <see cref="ObjectOptions"/>: limits of the S3 protocol, and otherwise values that can only be mistakes.</summary>
sealed class ObjectOptionsCheck : IValidateOptions<ObjectOptions>
{
    // Limits of parts except the last, and of objects in a single PUT: https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html
    const long LeastPart = 5L << 20;
    const long MostInOneRequest = 5L << 30;
    const int MostAtOnce = 10_000;

    // The largest part that is held, and what no machine has.
    const long LeastMemory = 64L << 20;
    const long MostMemory = 1L << 40;

    static readonly TimeSpan LeastTimeout = TimeSpan.FromMilliseconds(1);

    /// <summary>Checks every option.</summary>
    public ValidateOptionsResult Validate(string? name, ObjectOptions options) => new OptionBounds(ObjectOptions.Section)
        .Check(nameof(options.MultipartThreshold), options.MultipartThreshold, LeastPart, MostInOneRequest, " bytes")
        .Check(nameof(options.PartSize), options.PartSize, LeastPart, MostInOneRequest, " bytes")
        .Check(nameof(options.OnePieceTime), options.OnePieceTime, LeastTimeout, TimeSpan.FromMinutes(1))
        .Check(nameof(options.MaximumConcurrentTransfers), options.MaximumConcurrentTransfers, 1, MostAtOnce)
        .Check(nameof(options.TransferMemory), options.TransferMemory, LeastMemory, MostMemory, " bytes")
        .Check(nameof(options.ConcurrentTransfersPerUnit), options.ConcurrentTransfersPerUnit, 1, MostAtOnce)
        .Check(nameof(options.ConcurrentPartGroups), options.ConcurrentPartGroups, 1, MostAtOnce)
        .Check(nameof(options.MaximumAttempts), options.MaximumAttempts, 1, 100)
        .Check(nameof(options.OutageLimit), options.OutageLimit, LeastTimeout, TimeSpan.FromDays(30))
        .Check(nameof(options.IdleTimeout), options.IdleTimeout, LeastTimeout, TimeSpan.FromHours(1))
        .Check(nameof(options.ConnectTimeout), options.ConnectTimeout, LeastTimeout, TimeSpan.FromMinutes(10))
        .Check(nameof(options.MaximumConnectionsPerHost), options.MaximumConnectionsPerHost, 1, MostAtOnce)
        .Result;
}
