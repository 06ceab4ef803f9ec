using Pipeline.Data.Entities;

namespace Pipeline.Data.Stages;

/// <summary>One row of the stage table: everything known about a stage outside its handler.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Scope">What an item is.</param>
/// <param name="Queue">Queue of its entries.</param>
public sealed record StageDefinition(Stage Stage, StageScope Scope, string Queue)
{
    /// <summary>
    /// How many workers may die on one item. Few, since documents and parts may be hostile; a stage of the whole run gets its attempts
    /// back with every checkpoint it saves.
    /// </summary>
    public int Attempts { get; init; } = Scope == StageScope.Run ? 5 : 3;

    /// <summary>Stages that follow. A stage of the whole run begins when everything that leads to it has ended.</summary>
    public IReadOnlyList<Stage> Next { get; init; } = [];

    /// <summary>Stages that this one follows, for a stage added to a chain whose rows do not name it.</summary>
    public IReadOnlyList<Stage> After { get; init; } = [];

    /// <summary>Queues besides <see cref="Queue"/> that the handler may choose for an item.</summary>
    public IReadOnlyList<string> OtherQueues { get; init; } = [];

    /// <summary>
    /// Names of the run options, in snake case, that this stage is the first to read: changing one means repeating this stage.
    /// </summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>
    /// Type of the settings of a stage that brings a section of its own: the only name in <see cref="Options"/>, read strictly and
    /// checked by its data annotations.
    /// </summary>
    public Type? OptionsType { get; init; }

    /// <summary>Display name of the stage.</summary>
    public string Title { get; init; } = Stage.Name;

    /// <summary>All queues that entries of the stage may be in.</summary>
    public IEnumerable<string> Queues => [Queue, .. OtherQueues];
}
