using Hangfire.Logging;
using Microsoft.Extensions.Logging;
using Pipeline.Jobs.Orchestration;
using HangfireLevel = Hangfire.Logging.LogLevel;

namespace Pipeline.Tests.Jobs.Orchestration;

public sealed class QueueLogProviderTests
{
    [Fact]
    public void Loggers_of_a_host_that_is_gone_are_silent_instead_of_throwing()
    {
        ILoggerFactory factory = LoggerFactory.Create(_ => { });
        QueueLogProvider provider = new(factory);
        factory.Dispose();

        ILog log = provider.GetLogger("Hangfire.Anything");

        log.Log(HangfireLevel.Error, () => "late", null).ShouldBeTrue();
        log.Log(HangfireLevel.Error, null).ShouldBeFalse();
    }
}
