namespace DataTransferHub.Tasks.Retention;

/// <summary>How long runs are kept, from the configuration section <c>Retention</c>.</summary>
sealed class RetentionOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Retention";

    /// <summary>How long a run is kept after its end.</summary>
    public TimeSpan KeepRunsFor { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How many runs of a task are kept, the newest.</summary>
    public int RunsPerTask { get; set; } = 100;

    /// <summary>How long the reports of a finished run's single batches and units are kept: until then, late reports count.</summary>
    public TimeSpan KeepReportsFor { get; set; } = TimeSpan.FromHours(1);
}
