using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using HangfireLevel = Hangfire.Logging.LogLevel;
using Level = Microsoft.Extensions.Logging.LogLevel;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Hangfire keeps one log provider for the whole process and asks it from static initializers. Its own provider throws
/// once the host it belongs to is gone, which breaks every other host of the process for good; this one falls silent.
/// </summary>
internal sealed class QueueLogProvider(ILoggerFactory factory) : ILogProvider
{
    public ILog GetLogger(string name)
    {
        try
        {
            return new Log(factory.CreateLogger(name));
        }
        catch (ObjectDisposedException)
        {
            return new Log(NullLogger.Instance);
        }
    }

    private sealed class Log(ILogger logger) : ILog
    {
        bool ILog.Log(HangfireLevel level, Func<string>? message, Exception? exception)
        {
            Level mapped = level switch
            {
                HangfireLevel.Trace => Level.Trace,
                HangfireLevel.Debug => Level.Debug,
                HangfireLevel.Info => Level.Information,
                HangfireLevel.Warn => Level.Warning,
                HangfireLevel.Error => Level.Error,
                _ => Level.Critical,
            };
            if (message is null)        // Hangfire's way to ask
                return logger.IsEnabled(mapped);
            logger.Log(mapped, 0, exception, "{Message}", message());
            return true;
        }
    }
}
