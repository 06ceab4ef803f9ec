using Mediator;
using Pipeline.Models;

namespace Pipeline.Jobs.Behaviors;

/// <summary>Rejects invalid requests and requests with unusable run options, reporting all faults together.</summary>
internal sealed class ValidationBehavior<TMessage, TResponse>(RunOptionsChecks checks) : IPipelineBehavior<TMessage, TResponse>
    where TMessage : IMessage
{
    public async ValueTask<TResponse> Handle(TMessage message, MessageHandlerDelegate<TMessage, TResponse> next,
        CancellationToken cancellationToken)
    {
        List<SettingFault> faults = message is IValidated validated ? [.. validated.Problems()] : [];
        if (message is ICarriesRunOptions { Options: { } options }) faults.AddRange(await checks.FindAsync(options, cancellationToken));
        if (faults.Count > 0) throw new SettingsException(faults);
        return await next(message, cancellationToken);
    }
}
