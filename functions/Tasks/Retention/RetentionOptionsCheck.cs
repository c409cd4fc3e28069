using DataTransferHub.Configuration;
using Microsoft.Extensions.Options;

namespace DataTransferHub.Tasks.Retention;

/// <summary>The bounds of <see cref="RetentionOptions"/>.</summary>
sealed class RetentionOptionsCheck : IValidateOptions<RetentionOptions>
{
    static readonly TimeSpan Longest = TimeSpan.FromDays(36500);

    /// <summary>Checks every option.</summary>
    public ValidateOptionsResult Validate(string? name, RetentionOptions options) => new OptionBounds(RetentionOptions.Section)
        .Check(nameof(options.KeepRunsFor), options.KeepRunsFor, TimeSpan.FromHours(1), Longest)
        .Check(nameof(options.RunsPerTask), options.RunsPerTask, 1, 1_000_000)
        .Check(nameof(options.KeepReportsFor), options.KeepReportsFor, TimeSpan.FromMinutes(1), Longest)
        .Result;
}
