using Mediator;
using Pipeline.Models;

namespace Pipeline.Jobs.Behaviors;

/// <summary>Refuses requests that say something is wrong with them, with all faults in one message.</summary>
internal sealed class ValidationBehavior<TMessage, TResponse> : IPipelineBehavior<TMessage, TResponse>
    where TMessage : IMessage
{
    public ValueTask<TResponse> Handle(TMessage message, MessageHandlerDelegate<TMessage, TResponse> next, CancellationToken cancellationToken)
    {
        if (message is IValidated validated && validated.Problems().ToArray() is { Length: > 0 } problems)
            throw new InputException(string.Join(Environment.NewLine, problems));
        return next(message, cancellationToken);
    }
}
