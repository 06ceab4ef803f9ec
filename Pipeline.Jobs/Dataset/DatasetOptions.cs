using System.ComponentModel.DataAnnotations;
using Pipeline.Jobs.Dataset.Chunks;
using Pipeline.Jobs.Dataset.Mix;
using Pipeline.Jobs.Dataset.Writing;

namespace Pipeline.Jobs.Dataset;

/// <summary>Which rows are made, which are kept, and how they are divided. Section <c>dataset</c> of a run.</summary>
public sealed record DatasetOptions
{
    /// <summary>How documents are cut into chunks.</summary>
    public ChunkOptions Chunks { get; init; } = new();

    /// <summary>Which language model writes rows, and how many; without one they come from tables, lists and definitions alone.</summary>
    public WritingOptions Writing { get; init; } = new();

    /// <summary>
    /// Share of the facts with a wording that is never trained and that early stopping looks at; the wordings of the examination
    /// are apart from it.
    /// </summary>
    [Range(0.0, 0.5)] public double EvalFraction { get; init; } = 0.1;

    /// <summary>Decides what is taken where not everything is.</summary>
    public int Seed { get; init; } = 42;

    /// <summary>Longest answer in characters; raw text is not meant.</summary>
    [Range(100, 20000)] public int MaxAnswerCharacters { get; init; } = 6000;

    /// <summary>Shortest raw text in characters.</summary>
    [Range(1, 1000)] public int MinAnswerCharacters { get; init; } = 60;

    /// <summary>Most facts taken from one table.</summary>
    [Range(0, 1000)] public int MaxLookupsPerTable { get; init; } = 200;

    /// <summary>Questions that the documents cannot answer, with refusals: their share of the questions.</summary>
    [Range(0.0, 0.5)] public double Unanswerable { get; init; } = 0.05;

    /// <summary>Largest share of the tokens that may be raw clean text.</summary>
    [Range(0.0, 0.5)] public double TextShare { get; init; } = 0.2;

    /// <summary>From this similarity of their questions on, two rows of a type are the same (Jaccard index of word shingles).</summary>
    [Range(0.5, 1.0)] public double NearDuplicate { get; init; } = 0.8;

    /// <summary>Largest share of the rows that one document may have, where there are five documents or more.</summary>
    [Range(0.01, 1.0)] public double MaxShareOfDocument { get; init; } = 0.3;

    /// <summary>Replaces e-mail addresses, phone numbers, numbers of cards, accounts and persons by their kind.</summary>
    public bool MaskPersonal { get; init; }

    /// <summary>The user's own files to train beside the documents; they lie in the folder of the run.</summary>
    public IReadOnlyList<MixFile> Files { get; init; } = [];

    /// <summary>Files that must not be trained on, such as a benchmark's questions; they lie in the folder of the run.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];
}
