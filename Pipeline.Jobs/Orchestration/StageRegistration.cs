using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Adds stages to the table.</summary>
public static class StageRegistration
{
    /// <summary>Adds a row to the table of stages, with the handler that does its work.</summary>
    public static IServiceCollection AddStage<THandler>(this IServiceCollection services, StageDefinition definition)
        where THandler : class, IStageHandler =>
        services.AddSingleton(definition).AddKeyedSingleton<IStageHandler, THandler>(definition.Stage);

    /// <summary>The handler of a stage.</summary>
    /// <exception cref="UnknownStageException">There is no such stage.</exception>
    internal static IStageHandler StageHandler(this IServiceProvider services, Stage stage) =>
        services.GetKeyedService<IStageHandler>(stage)
            ?? throw new UnknownStageException(stage, services.GetRequiredService<StageGraph>().All.Select(d => d.Stage));
}
