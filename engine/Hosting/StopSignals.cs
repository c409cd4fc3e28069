using System.Runtime.InteropServices;
using DataTransferHub.Engine.Hosting.Settings;
using Microsoft.Extensions.Hosting;

namespace DataTransferHub.Engine.Hosting;

/// <summary>Ctrl-C and SIGTERM stop the host; a second signal ends the process immediately.</summary>
sealed class StopSignals(IHostApplicationLifetime lifetime, EmbeddedHostOptions options) : IHostLifetime, IDisposable
{
    // The exit code that a shell reports for a program ended by Ctrl-C (128 + SIGINT).
    const int EndedByCtrlC = 130;

    readonly List<PosixSignalRegistration> _registrations = [];
    int _asked;

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        if (options.OwnsProcess)
        {
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop));
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop));
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGQUIT, Stop));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    void Stop(PosixSignalContext signal)
    {
        signal.Cancel = true;
        if (Interlocked.Increment(ref _asked) == 1)
            lifetime.StopApplication();
        else if (signal.Signal == PosixSignal.SIGINT)
            Environment.Exit(EndedByCtrlC);
    }
}
