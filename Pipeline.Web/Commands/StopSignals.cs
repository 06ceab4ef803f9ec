using System.Runtime.InteropServices;

namespace Pipeline.Web.Commands;

/// <summary>
/// Ctrl-C and SIGTERM as a cancellation token. The first signal asks the command to finish cleanly (save its
/// checkpoint, stop its server); the second ends the process as the system would.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly TextWriter _error;

    public StopSignals(TextWriter error)
    {
        _error = error;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        ];
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
            registration.Dispose();
        _source.Dispose();
    }

    private void OnSignal(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested)
            return;
        context.Cancel = true;
        if (!Console.IsErrorRedirected)
            _error.WriteLine(); // a terminal shows ^C in the middle of the line that is being redrawn
        _error.WriteLine("Stopping; once more to stop at once.");
        _source.Cancel();
    }
}
