using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Makes the function run on a schedule.</summary>
public sealed class TimerTriggerAttribute : TriggerBindingAttribute
{
    /// <summary>
    /// Runs at the times of a cron expression (six fields, seconds first) or at an interval (<c>hh:mm:ss</c>). A name between per cent
    /// signs stands for a value of the configuration.
    /// </summary>
    public TimerTriggerAttribute(string schedule)
    {
        Schedule = schedule;
        UseMonitor = true;
    }

    /// <summary>The schedule.</summary>
    public string Schedule { get; private set; }

    /// <summary>Whether missed times are noticed over restarts. The embedded host notices those of its own lifetime only.</summary>
    public bool UseMonitor { get; set; }

    /// <summary>Whether the function runs when the host starts, too.</summary>
    public bool RunOnStartup { get; set; }
}
