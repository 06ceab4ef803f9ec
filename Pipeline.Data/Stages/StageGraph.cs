using Pipeline.Data.Entities;

namespace Pipeline.Data.Stages;

/// <summary>
/// The stage table and what follows from it: order, fan-out, fan-in. Stages form a graph without cycles that begins with one stage
/// of the whole run.
/// </summary>
public sealed class StageGraph
{
    /// <summary>
    /// The end that all paths lead to: the run has succeeded when nothing leads here any more. No stage may have this name.
    /// </summary>
    public static readonly Stage End = new("End");

    private readonly Dictionary<Stage, StageDefinition> _definitions;
    private readonly Dictionary<Stage, Stage[]> _next;
    private readonly Dictionary<Stage, Stage[]> _previous;
    private readonly Dictionary<Stage, Stage[]> _joins;

    /// <summary>Checks the table.</summary>
    /// <exception cref="InvalidOperationException">
    /// Two stages with the same name, an unknown successor, a cycle, no or two first stages, …
    /// </exception>
    public StageGraph(IEnumerable<StageDefinition> definitions)
    {
        StageDefinition[] rows = [.. definitions];
        foreach (IGrouping<Stage, StageDefinition> twice in rows.GroupBy(d => d.Stage).Where(g => g.Count() > 1))
            throw new InvalidOperationException($"stage {twice.Key} is defined {twice.Count()} times");
        _definitions = rows.ToDictionary(d => d.Stage);
        if (_definitions.ContainsKey(End)) throw new InvalidOperationException($"no stage may be called {End}");
        foreach (StageDefinition row in rows)
        {
            if (!Stage.TryParse(row.Stage.Name, null, out Stage parsed) || parsed != row.Stage)
                throw new InvalidOperationException(
                    $"'{row.Stage}' is no name for a stage: use Pascal case, {Stage.MaxLength} letters and digits at most");
            foreach (Stage named in row.Next.Concat(row.After).Where(named => !_definitions.ContainsKey(named)))
                throw new InvalidOperationException($"stage {row.Stage} names {named}, which is not defined");
        }
        _next = rows.ToDictionary(d => d.Stage, d =>
            d.Next.Concat(rows.Where(o => o.After.Contains(d.Stage)).Select(o => o.Stage)).Distinct().ToArray());
        _previous = rows.ToDictionary(d => d.Stage, d => rows.Where(o => _next[o.Stage].Contains(d.Stage)).Select(o => o.Stage).ToArray());
        Stage[] entries = [.. rows.Where(d => _previous[d.Stage].Length == 0).Select(d => d.Stage)];
        All = Ordered(rows);
        if (rows.Length == 0)
        {
            _joins = [];
            return;
        }
        if (entries.Length != 1)
            throw new InvalidOperationException($"a run begins with one stage; nothing comes before {string.Join(", ", entries)}");
        Entry = _definitions[entries[0]];
        if (Entry.Scope != StageScope.Run) throw new InvalidOperationException(
            $"the first stage, {Entry.Stage}, must concern the whole run");
        foreach (StageDefinition row in rows)
            foreach (Stage next in _next[row.Stage])
                if (row.Scope == StageScope.Part && _definitions[next].Scope == StageScope.Document)
                    throw new InvalidOperationException(
                        $"stage {next} has an item per document and cannot follow {row.Stage}, which has parts");
        _joins = [];
        foreach (StageDefinition row in All.Reverse()) _joins[row.Stage] = [.. JoinsOf(row.Stage)];
    }

    /// <summary>The table in topological order.</summary>
    public IReadOnlyList<StageDefinition> All { get; }

    /// <summary>The stage that a run begins with.</summary>
    public StageDefinition Entry { get => field ?? throw new InvalidOperationException("there are no stages"); }

    /// <summary>The row of a stage.</summary>
    /// <exception cref="UnknownStageException">There is no such stage.</exception>
    public StageDefinition this[Stage stage] =>
        _definitions.TryGetValue(stage, out StageDefinition? found)
        ? found : throw new UnknownStageException(stage, All.Select(d => d.Stage));

    /// <summary>Whether there is such a stage.</summary>
    public bool Contains(Stage stage) => _definitions.ContainsKey(stage);

    /// <summary>Stages that follow directly.</summary>
    public IEnumerable<StageDefinition> NextOf(Stage stage) => Known(_next, stage).Select(next => _definitions[next]);

    /// <summary>Stages that are followed directly.</summary>
    public IEnumerable<StageDefinition> PreviousOf(Stage stage) => Known(_previous, stage).Select(previous => _definitions[previous]);

    /// <summary>
    /// Stages of the whole run that an item of this stage holds up, directly or through documents and parts in between; with
    /// <see cref="End"/> if the run may end with it.
    /// </summary>
    public IReadOnlyList<Stage> JoinsAfter(Stage stage) => Known(_joins, stage);

    /// <summary>Everything that holds up a join before anything has begun: the stages of the whole run that lead to it.</summary>
    public int InitiallyOpen(Stage join) => All.Count(d => d.Scope == StageScope.Run && _joins[d.Stage].Contains(join));

    /// <summary>All stages after a stage, in order.</summary>
    public IEnumerable<StageDefinition> Descendants(Stage stage)
    {
        HashSet<Stage> found = [];
        Stack<Stage> open = new(Known(_next, stage));
        while (open.TryPop(out Stage next))
            if (found.Add(next))
                foreach (Stage further in _next[next]) open.Push(further);
        return All.Where(d => found.Contains(d.Stage));
    }

    /// <summary>Whether a stage comes before another on some path.</summary>
    public bool IsBefore(Stage earlier, Stage later) => Descendants(earlier).Any(d => d.Stage == later);

    /// <summary>The stages whose end means that the work on a document is done.</summary>
    public IEnumerable<StageDefinition> LastOfDocuments =>
        All.Where(d => d.Scope == StageScope.Document && NextOf(d.Stage).All(next => next.Scope != StageScope.Document));

    /// <summary>Position in the order, for sorting; unknown stages come last.</summary>
    public int PositionOf(Stage stage)
    {
        for (int i = 0; i < All.Count; i++)
            if (All[i].Stage == stage) return i;
        return int.MaxValue;
    }

    private Stage[] Known(Dictionary<Stage, Stage[]> of, Stage stage) =>
        of.TryGetValue(stage, out Stage[]? found) ? found : throw new UnknownStageException(stage, All.Select(d => d.Stage));

    private HashSet<Stage> JoinsOf(Stage stage)
    {
        HashSet<Stage> joins = _next[stage].Length == 0 ? [End] : [];
        foreach (Stage next in _next[stage])
        {
            if (_definitions[next].Scope == StageScope.Run) joins.Add(next);
            else joins.UnionWith(_joins[next]);
        }
        return joins;
    }

    /// <summary>Kahn's algorithm; among several candidates the first in the table comes next.</summary>
    private StageDefinition[] Ordered(StageDefinition[] rows)
    {
        List<StageDefinition> ordered = [];
        while (ordered.Count < rows.Length)
        {
            StageDefinition? next = rows.FirstOrDefault(d =>
                !ordered.Contains(d) && _previous[d.Stage].All(p => ordered.Any(o => o.Stage == p)));
            if (next is null)
                throw new InvalidOperationException(
                    $"these stages follow each other in a circle: {string.Join(", ", rows.Except(ordered).Select(d => d.Stage))}");
            ordered.Add(next);
        }
        return [.. ordered];
    }
}
