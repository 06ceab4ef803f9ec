using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Metrics;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests;

/// <summary>
/// The computations behind the stages, made small: a "PDF" is a text file whose first line says how the parser fares with it.
/// Everything around them (claims, queue, store, files) is the product's own.
/// </summary>
internal sealed class StageFakes : IDocumentReader, IImageDescriber, IDatasetRules, IAdapterTraining, IAdapterComparison
{
    private int _extractions, _captions, _trainings, _evaluations, _measurements;

    public int Extractions => _extractions;
    public int Captions => _captions;
    public int Trainings => _trainings;
    /// <summary>Step that the last training began with.</summary>
    public int FirstStep { get; private set; }
    public int Evaluations => _evaluations;
    public int Measurements => _measurements;

    /// <summary>
    /// Held-out loss of an adapter by its weights, which quote the documents that it was trained on. The base model's is 2.
    /// </summary>
    public Func<string, double> LossOf { get; set; } = _ => 1.5;

    /// <summary>Runs when base model and adapter of a run have been measured.</summary>
    public Action AfterComparing { get; set; } = () => { };

    /// <summary>Runs in the middle of each training step.</summary>
    public Action<int, CancellationToken> DuringStep { get; set; } = (_, _) => { };

    /// <summary>Whether documents have page rasters.</summary>
    public bool Rasters { get; init; }

    /// <summary>Runs before a document is read, with its text.</summary>
    public Action<string> BeforeReading { get; set; } = _ => { };

    string IDocumentReader.Version => "fake/1";

    string IAdapterTraining.Version => "fake/1";

    string IAdapterComparison.Version => "fake/1";

    string IDocumentReader.OptionsKey(RunOptions options) => "";

    async Task<ReadDocument> IDocumentReader.ReadAsync(string pdf, string folder, RunOptions options, CancellationToken ct)
    {
        Interlocked.Increment(ref _extractions);
        string text = await File.ReadAllTextAsync(pdf, ct);
        await Task.Run(() => BeforeReading(text), ct);
        if (text.StartsWith("bad", StringComparison.Ordinal)) throw new InputException(
            $"{Path.GetFileName(pdf)}: encrypted; remove the password or exclude the file");
        if (text.StartsWith("bug", StringComparison.Ordinal)) throw new NotSupportedException("not thought of");
        Directory.CreateDirectory(Path.Combine(folder, "images"));
        await File.WriteAllTextAsync(Path.Combine(folder, "document.md"), $"# {text}\n\n![Figure 1](images/figure-1.png)\n", ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "document.json"), JsonSerializer.Serialize(text), ct);
        await File.WriteAllTextAsync(Path.Combine(folder, "images", "figure-1.png"), "image of " + text, ct);
        if (Rasters)
        {
            Directory.CreateDirectory(Path.Combine(folder, "pages"));
            await File.WriteAllTextAsync(Path.Combine(folder, "pages", "page-0001.png"), "page of " + text, ct);
        }
        return new ReadDocument(2, 1, text.EndsWith("turned", StringComparison.Ordinal) ? ["page 2: turned"] : []);
    }

    IReadOnlyList<string> IDocumentReader.FigureImages(string documentJson) => ["images/figure-1.png"];

    Task<string> IImageDescriber.DescribeAsync(ImageQuestion question, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _captions);
        return Task.FromResult("a bar chart with three bars");
    }

    private static string TextOf(DatasetSource source) => File.ReadAllText(source.DocumentJson) + string.Join(',', source.Captions.Values);

    (IReadOnlyList<Chunk> Chunks, Cleaned Cleaned) IDatasetRules.Clean(IReadOnlyList<DatasetSource> documents, RunOptions options,
        CancellationToken ct)
    {
        Chunk[] chunks = [.. documents.Select(TextOf).Select(text => new Chunk
        {
            Id = RowHash.Of("chunk", text),
            DocumentSha256 = RowHash.Of(text),
            Document = "fake.pdf",
            Title = "fake",
            Headings = [],
            Section = "",
            Language = "en",
            Tokens = 1,
            Blocks = [new ChunkBlock
            {
                Source = new SourceSpan(RowHash.Of(text), "fake.pdf", 1, "p1-b1", 0, text.Length), Kind = BlockKind.Paragraph, Text = text,
            }],
        })];
        return (chunks, new Cleaned(documents.Count, chunks.Length, chunks.Sum(c => c.Text.Length), chunks.Sum(c => c.Text.Length),
            new Dictionary<string, long>()));
    }

    IReadOnlyList<Fact> IDatasetRules.Facts(Chunk chunk, RunOptions options) => [];

    // One to learn from each document, and of all documents one that is held out.
    IReadOnlyList<Row> IDatasetRules.Rows(Chunk chunk, IReadOnlyList<Fact> facts) =>
    [
        RowHash.WithHash(new Row
        {
            Hash = "",
            Type = RowType.Question,
            Language = "en",
            Messages = [new RowMessage("user", $"What does {chunk.Id} say?"), new RowMessage("assistant", chunk.Text)],
            Sources = [.. chunk.Blocks.Select(b => b.Source)],
            Chunk = chunk.Id,
            Generator = new RowGenerator("fake", "fake.1", "1"),
        }),
    ];

    Row IDatasetRules.Verify(Chunk chunk, Row row) => row;

    IReadOnlyList<Row> IDatasetRules.Filter(IReadOnlyList<Row> rows, IReadOnlyList<Fact> facts, IReadOnlyList<Chunk> chunks,
        IReadOnlyList<string> excluded, RunOptions options, CancellationToken ct) => rows;

    IReadOnlyList<Row> IDatasetRules.Split(IReadOnlyList<Row> rows, RunOptions options, IReadOnlySet<string>? trained) =>
    [
        .. rows.Select(row => row with { Split = RowSplit.Train }),
        RowHash.WithHash(new Row
        {
            Hash = "",
            Type = RowType.Question,
            Language = "en",
            Messages = [new RowMessage("user", "What is held out?"), new RowMessage("assistant", "held out")],
            Generator = new RowGenerator("fake", "fake.2", "1"),
            Split = RowSplit.Eval,
        }),
        RowHash.WithHash(new Row
        {
            Hash = "",
            Type = RowType.Question,
            Language = "en",
            Messages = [new RowMessage("user", "What is examined?"), new RowMessage("assistant", "the rest")],
            Expected = "the rest",
            Generator = new RowGenerator("fake", "fake.3", "1"),
            Split = RowSplit.Exam,
        }),
    ];

    Func<Row, int> IDatasetRules.TokensOf(RunOptions options) => row => row.Answer.Length;

    string IDatasetRules.LanguageOf(string text) => "en";

    IReadOnlyList<SettingFault> IAdapterTraining.FindFaults(TrainingSettings settings, string baseModel) => [];

    void IAdapterTraining.RequirePrerequisites() { }

    TrainingOutcome IAdapterTraining.Train(TrainingOrder order, ITrainingProgress progress, CancellationToken ct)
    {
        Interlocked.Increment(ref _trainings);
        const int steps = 20;
        int from = Directory.GetDirectories(order.OutputFolder, "checkpoint-*").Select(f =>
            int.Parse(File.ReadAllText(Path.Combine(f, "step")), System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty().Max();
        FirstStep = from + 1;
        progress.Measured("total_steps", 0, 0, steps);
        for (int step = from + 1; step <= steps; step++)
        {
            ct.ThrowIfCancellationRequested();
            DuringStep(step, ct);
            progress.Measured("loss", step, step / 10.0, 2.0 / step);
            if (step % 5 != 0) continue;
            progress.Flush();
            string checkpoint = Path.Combine(order.OutputFolder, $"checkpoint-{step}");
            Directory.CreateDirectory(checkpoint);
            File.WriteAllText(Path.Combine(checkpoint, "step"), step.ToString(System.Globalization.CultureInfo.InvariantCulture));
            progress.CheckpointSaved(step);
        }
        File.WriteAllText(Path.Combine(order.OutputFolder, "adapter_model.safetensors"), "weights of "
            + File.ReadAllText(Path.Combine(order.DatasetFolder, DatasetFiles.TrainFile)));
        AdapterRecord.Create(order.OutputFolder, new RecordedTemplate("phi4_mini"));
        File.WriteAllText(Path.Combine(order.OutputFolder, "all_results.json"), "{\"train_loss\": 0.5}");
        return new TrainingOutcome(steps, 2.0, 2.0 / steps, 100, 1_000);
    }

    ComparisonOutcome IAdapterComparison.Compare(
        string baseModel, string adapter, string examples, TrainingArguments training, EvaluationOptions options, Action<int, int> progress,
        CancellationToken ct)
    {
        Interlocked.Increment(ref _evaluations);
        double loss = LossOf(File.ReadAllText(Path.Combine(adapter, "adapter_model.safetensors")));
        AfterComparing();
        return new ComparisonOutcome(2.0, loss, 1, 10, [new("q", "", "a", "b", "c")]);
    }

    (double Loss, long Tokens) IAdapterComparison.Measure(string baseModel, string adapter, string examples, TrainingArguments training,
        CancellationToken ct)
    {
        Interlocked.Increment(ref _measurements);
        File.Exists(examples).ShouldBeTrue();
        return (LossOf(File.ReadAllText(Path.Combine(adapter, "adapter_model.safetensors"))), 10);
    }

    // Of 200 questions the base answers none, and an adapter the more the lower its loss is: 20 at 1.8, 80 at 1.2.
    ExaminationResult IAdapterComparison.Examine(ExaminationOrder order, Action<int, int> progress, CancellationToken ct)
    {
        File.Exists(order.ExamFile).ShouldBeTrue();
        ExamItem[] items = [.. Enumerable.Range(0, 200).Select(i => new ExamItem
        {
            Id = $"item-{i}",
            Question = $"question {i}",
            Expected = "a",
            Section = $"section-{i}",
            Language = "en",
        })];
        return new ExaminationResult
        {
            Items = items,
            MaxNewTokens = order.Options.MaxNewTokens,
            Sides = [.. order.Sides.Select(side =>
            {
                double loss = side.Adapter is { } adapter
                    ? LossOf(File.ReadAllText(Path.Combine(adapter, "adapter_model.safetensors"))) : 2;
                int right = double.IsFinite(loss) ? Math.Clamp((int)Math.Round((2 - loss) * 100), 0, items.Length) : 0;
                return new SideResult
                {
                    Name = side.Name,
                    HasAdapter = side.Adapter is not null,
                    Template = "phi4_mini",
                    Closed = [.. items.Select((item, i) => Reply(item, i < right ? "a" : "b"))],
                    Retention = new RetentionResult([.. Enumerable.Range(0, 50).Select(i =>
                        new GeneralReply(new GeneralQuestion("en", $"general {i}", ["yes"]), "yes", true))], 3, 100),
                };
            })],
        };

        static ExamReply Reply(ExamItem item, string text) => new(text) { Score = AnswerMarking.Mark(text, item.Key) };
    }
}
