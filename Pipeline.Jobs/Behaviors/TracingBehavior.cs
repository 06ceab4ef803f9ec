using System.Diagnostics;
using Mediator;
using Microsoft.Extensions.Logging;

namespace Pipeline.Jobs.Behaviors;

/// <summary>An activity and a duration for every request, under the source and meter <c>Pipeline.Jobs</c>.</summary>
internal sealed class TracingBehavior<TMessage,
    TResponse>(ILogger<TracingBehavior<TMessage, TResponse>> logger) : IPipelineBehavior<TMessage, TResponse>
    where TMessage : IMessage
{
    public async ValueTask<TResponse> Handle(TMessage message, MessageHandlerDelegate<TMessage, TResponse> next,
        CancellationToken cancellationToken)
    {
        string name = typeof(TMessage).Name;
        using Activity? activity = JobsTelemetry.Source.StartActivity(name);
        long started = Stopwatch.GetTimestamp();
        try
        {
            TResponse response = await next(message, cancellationToken);
            JobsTelemetry.RequestSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("request", name), new("outcome", "ok"));
            return response;
        }
        catch (Exception e)
        {
            string outcome = e is OperationCanceledException ? "canceled" : "failed";
            JobsTelemetry.RequestSeconds.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new("request", name),
                new("outcome", outcome));
            activity?.SetStatus(ActivityStatusCode.Error, e.Message);
            if (outcome == "failed") JobsLog.RequestFailed(logger, name, e.Message);
            throw;
        }
    }
}
