namespace Pipeline.Tools.Fuzz;

/// <summary>Outcomes of runs; those that must not be are grouped by what they have in common. Safe for concurrent use.</summary>
internal sealed class FuzzFindings
{
    private readonly Dictionary<FuzzOutcome, int> _counts = [];
    private readonly SortedDictionary<string, List<(int Run, string Detail)>> _groups = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>Different findings.</summary>
    public int Groups
    {
        get
        {
            lock (_gate)
                return _groups.Count;
        }
    }

    public int Runs
    {
        get
        {
            lock (_gate)
                return _counts.Values.Sum();
        }
    }

    public static bool IsFinding(FuzzOutcome outcome) => outcome > FuzzOutcome.Refused;

    /// <param name="run">Number of the run.</param>
    /// <param name="outcome">How it ended.</param>
    /// <param name="signature">What runs of the same cause share.</param>
    /// <param name="detail">The file, what was done to it, and the error.</param>
    public void Add(int run, FuzzOutcome outcome, string signature, string detail)
    {
        lock (_gate)
        {
            _counts[outcome] = _counts.GetValueOrDefault(outcome) + 1;
            if (!IsFinding(outcome))
                return;
            string key = $"{outcome}: {signature}";
            if (!_groups.TryGetValue(key, out List<(int, string)>? runs))
                _groups[key] = runs = [];
            runs.Add((run, detail));
        }
    }

    public Dictionary<string, int> Counts()
    {
        lock (_gate)
            return _counts.OrderBy(c => c.Key).ToDictionary(c => c.Key.ToString(), c => c.Value);
    }

    /// <summary>Each group with some of its runs, and the first of them in full.</summary>
    public void Write(TextWriter output)
    {
        lock (_gate)
        {
            foreach ((string signature, List<(int Run, string Detail)> runs) in _groups.OrderByDescending(g => g.Value.Count))
            {
                runs.Sort();
                output.WriteLine();
                output.WriteLine($"{signature}");
                string numbers = string.Join(", ", runs.Take(20).Select(r => r.Run));
                output.WriteLine($"  {runs.Count} runs: {numbers}{(runs.Count > 20 ? ", …" : "")}");
                output.WriteLine($"  {runs[0].Detail.Replace("\n", "\n  ", StringComparison.Ordinal)}");
            }
        }
    }
}
