using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Lora;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Batches;

/// <summary>The examples of a training run as tokens, split into those to train on and those held out.</summary>
public sealed class TrainingData
{
    private TrainingData(IReadOnlyList<TokenizedExample> train, IReadOnlyList<TokenizedExample> held, IReadOnlyList<string> warnings,
        RecordedTemplate? template)
    {
        (Train, Eval, Warnings, Template) = (train, held, warnings, template);
        (Hash, RetentionHash) = (HashOf(train, held), HashOf(Retention));
    }

    /// <summary>Examples to train on.</summary>
    public IReadOnlyList<TokenizedExample> Train { get; }

    /// <summary>Examples to evaluate on; may be empty.</summary>
    public IReadOnlyList<TokenizedExample> Eval { get; }

    /// <summary>General examples that keep what the base knows; empty without retention.</summary>
    public IReadOnlyList<TokenizedExample> Retention { get; private init; } = [];

    /// <summary>What was left out or truncated, in words.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Chat template that turned the examples into tokens; null when they were already tokens.</summary>
    public RecordedTemplate? Template { get; }

    /// <summary>SHA-256 over all ids and labels, lower-case hexadecimal: equal data, equal hash.</summary>
    public string Hash { get; }

    /// <summary>The same over <see cref="Retention"/>.</summary>
    public string RetentionHash { get; private init; }

    /// <summary>The same data with other general examples.</summary>
    public TrainingData WithRetention(IReadOnlyList<TokenizedExample> retention)
    {
        ArgumentNullException.ThrowIfNull(retention);
        return new TrainingData(Train, Eval, Warnings, Template) { Retention = retention, RetentionHash = HashOf(retention) };
    }

    /// <summary>Reads the datasets named in the arguments, splits off the held-out part and encodes everything.</summary>
    /// <param name="arguments">Datasets, split, template and lengths.</param>
    /// <param name="tokenizer">Tokenizer of the base model.</param>
    /// <param name="template">Chat template.</param>
    /// <param name="maxPositions">Longest sequence the base model supports.</param>
    /// <exception cref="InputException">A dataset or row cannot be read, or a split is empty.</exception>
    public static TrainingData Load(TrainingArguments arguments, HubTokenizer tokenizer, ChatTemplate template, int maxPositions)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        IReadOnlyList<ConvertedRow> all = DatasetMix.Load(arguments, arguments.Dataset, arguments.Stage);
        if (arguments.EvalDataset.Count > 0)
            return Prepare(arguments, tokenizer, template, maxPositions, all,
                DatasetMix.Load(arguments, arguments.EvalDataset, arguments.Stage));
        (int[] train, int[] held) = arguments.ValSize == 0 ? ([.. Enumerable.Range(0, all.Count)], [])
            : RowChoice.Split(all.Count, arguments.ValSize, arguments.Seed);
        return Prepare(arguments, tokenizer, template, maxPositions, [.. train.Select(i => all[i])], [.. held.Select(i => all[i])]);
    }

    /// <summary>Encodes examples that are already split.</summary>
    /// <inheritdoc cref="Load"/>
    public static TrainingData Prepare(TrainingArguments arguments, HubTokenizer tokenizer, ChatTemplate template, int maxPositions,
        IReadOnlyList<InstructionExample> train, IReadOnlyList<InstructionExample> held)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(held);
        return Prepare(arguments, tokenizer, template, maxPositions, Rows(train), Rows(held));

        static IReadOnlyList<ConvertedRow> Rows(IReadOnlyList<InstructionExample> examples) =>
            [.. examples.Select((example, i) => RowExample.ToRow(example, i + 1, ""))];
    }

    private static TrainingData Prepare(TrainingArguments arguments, HubTokenizer tokenizer, ChatTemplate template, int maxPositions,
        IReadOnlyList<ConvertedRow> train, IReadOnlyList<ConvertedRow> held)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        List<string> warnings = new();
        int cutoff = arguments.CutoffLen;
        if (cutoff > maxPositions)
        {
            warnings.Add($"cutoff_len: {cutoff} is more than the {maxPositions} positions of the model; {maxPositions} is used");
            cutoff = maxPositions;
        }
        // Texts end with the template's end token, which the tokenizer alone does not know.
        HubTokenizer ready = arguments.Stage == "pt" && TemplateTokens.Prepare(template, tokenizer) is { Added.Count: 0 } prepared
            ? prepared.Tokenizer : tokenizer;
        StageEncoder encoder = new(template, ready, arguments.ForStage with { CutoffLen = cutoff });
        return Create(Encode(train, "training"), Encode(held, "evaluation"), warnings, RecordedTemplate.Of(template))
            .WithRetention(RetentionExamples.Load(arguments, tokenizer, template, cutoff));

        TokenizedExample[] Encode(IReadOnlyList<ConvertedRow> rows, string split)
        {
            LeftOut leftOut = new(warnings, split, rows.Count);
            TokenizedExample[] encoded = [.. encoder.Encode(rows, leftOut.Add).Select(row => row.Example)];
            leftOut.Close();
            TokenizedExample[] usable = [.. encoded.Where(e => TrainingBatch.CountTargets(e) > 0)];
            if (usable.Length == 0 && encoded.Length > 0)
                throw new InputException(
                    $"cutoff_len: the {split} split is empty: none of its {encoded.Length} examples has an answer token within {cutoff}; "
                    + $"raise cutoff_len");
            if (usable.Length < encoded.Length)
                warnings.Add(
                    $"{encoded.Length - usable.Length} of {encoded.Length} {split} examples have no answer token within cutoff_len "
                    + $"{cutoff} and are left out");
            int silent = rows.Count(row => row.Response is [{ Content.Length: 0 }]);
            if (silent > 0)
                warnings.Add($"{silent} of {rows.Count} {split} rows have an empty answer; the end of the answer is learned from them");
            return usable;
        }
    }

    /// <summary>Takes examples that are already tokens.</summary>
    /// <exception cref="InputException">There is no training example.</exception>
    public static TrainingData FromTokens(IReadOnlyList<TokenizedExample> train, IReadOnlyList<TokenizedExample> held,
        IReadOnlyList<string>? warnings = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        ArgumentNullException.ThrowIfNull(held);
        return Create(train, held, warnings ?? [], template: null);
    }

    private static TrainingData Create(IReadOnlyList<TokenizedExample> train, IReadOnlyList<TokenizedExample> held,
        IReadOnlyList<string> warnings,
        RecordedTemplate? template) => train.Count > 0
        ? new TrainingData(train, held, warnings, template)
        : throw new InputException("dataset: the training split is empty; give more examples or a smaller val_size");

    private static string HashOf(params IReadOnlyList<TokenizedExample>[] splits)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (IReadOnlyList<TokenizedExample> split in splits)
        {
            Append([split.Count]);
            foreach (TokenizedExample example in split)
            {
                Append([example.InputIds.Length]);
                if (example.Parts.Count > 0) Append([example.IsApart ? 1 : 0, .. example.Parts]);   // unpacked data keeps its earlier hash
                Append(example.InputIds);
                Append(example.Labels);
            }
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(int[] values) => hash.AppendData(MemoryMarshal.AsBytes(values.AsSpan()));
    }
}
