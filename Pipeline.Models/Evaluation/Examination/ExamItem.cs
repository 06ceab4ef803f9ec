using System.Text.Json.Serialization;
using Pipeline.Models.Evaluation.Metrics;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>A question of an examination, in a wording that was never trained.</summary>
public sealed record ExamItem
{
    /// <summary>Identity: the hash of its row; of files of users its number.</summary>
    public required string Id { get; init; }

    /// <summary>Fact it asks for; empty where that is not known.</summary>
    public string Fact { get; init; } = "";

    /// <summary>Kind of question, such as <c>question</c>, <c>cloze</c> or <c>list</c>.</summary>
    public string Type { get; init; } = "question";

    /// <summary>ISO 639-1; <c>und</c> where that is not known.</summary>
    public string Language { get; init; } = "und";

    /// <summary>What is asked.</summary>
    public required string Question { get; init; }

    /// <summary>System message of its own, or null for the default one.</summary>
    public string? System { get; init; }

    /// <summary>The right answer; of a question that cannot be answered the refusal, or empty.</summary>
    public required string Expected { get; init; }

    /// <summary>Other answers that are as right.</summary>
    public IReadOnlyList<string> Alternatives { get; init; } = [];

    /// <summary>Answers that must all be given, in any order: the items of a list. Empty for one answer.</summary>
    public IReadOnlyList<string> Parts { get; init; } = [];

    /// <summary>The text that answers it, for the open book; empty for none. Not written to results.</summary>
    [JsonIgnore] public string Context { get; init; } = "";

    /// <summary>File name of its document; empty where that is not known.</summary>
    public string Document { get; init; } = "";

    /// <summary>Page, from 1; null where that is not known.</summary>
    public int? Page { get; init; }

    /// <summary>Questions of one section of one document share it; empty where that is not known.</summary>
    public string Section { get; init; } = "";

    /// <summary>Whether the documents answer it; where not, a refusal is right.</summary>
    public bool Answerable { get; init; } = true;

    /// <summary>What a right reply says.</summary>
    [JsonIgnore] public AnswerKey Key => new(Expected, Language) { Question = Question, Alternatives = Alternatives, Parts = Parts };

    /// <summary>
    /// What groups it with others in statistics: its section, else its fact, else its document and answer, since two wordings of one
    /// fact have the same answer and are not two observations.
    /// </summary>
    [JsonIgnore] public string Cluster => Section.Length > 0 ? Section : Fact.Length > 0 ? Fact : $"{Document}/{Expected}";
}
