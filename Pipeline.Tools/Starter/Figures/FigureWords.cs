namespace Pipeline.Tools.Starter.Figures;

/// <summary>Words that figures are labelled with.</summary>
internal static class FigureWords
{
    private static readonly string[][] LabelSets =
    [
        ["A", "B", "C", "D", "E", "F", "G", "H"],
        ["Q1", "Q2", "Q3", "Q4", "Q5", "Q6", "Q7", "Q8"],
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Avg"],
        ["2017", "2018", "2019", "2020", "2021", "2022", "2023", "2024"],
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug"],
    ];

    private static readonly string[] Nouns =
    [
        "Loss", "Time", "Speed", "Memory", "Accuracy", "Results", "Cost", "Energy", "Users", "Sales", "Growth", "Model",
        "Data", "Input", "Output", "Train", "Test", "Parse", "Store", "Load", "Check", "Merge", "Report", "Start",
    ];

    /// <summary>Labels of one kind in their natural order.</summary>
    public static string[] Labels(Random random, int count) => [.. LabelSets[random.Next(LabelSets.Length)].Take(count)];

    /// <summary>Different words in random order.</summary>
    public static string[] Take(Random random, int count)
    {
        string[] nouns = [.. Nouns];
        random.Shuffle(nouns);
        return nouns[..count];
    }

    /// <summary>A number as written in captions.</summary>
    public static string Count(int count, string noun) => $"{count} {noun}{(count == 1 ? "" : noun.EndsWith('x') ? "es" : "s")}";
}
