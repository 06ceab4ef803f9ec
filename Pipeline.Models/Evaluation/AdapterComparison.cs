using System.Text.Json.Nodes;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Loop;
using Pipeline.Models.Training.Outputs;

namespace Pipeline.Models.Evaluation;

/// <summary>Measures a base model and the same model with an adapter: loss, perplexity and answers side by side.</summary>
public static class AdapterComparison
{
    /// <summary>Name of the file with the result.</summary>
    public const string ResultFile = ResultFiles.Eval;

    /// <summary>Compares on examples that the adapter has not seen.</summary>
    /// <param name="model">Base model; without an adapter afterwards.</param>
    /// <param name="adapterFolder">Adapter in PEFT's layout, or null to measure only the base.</param>
    /// <param name="examples">Held-out examples.</param>
    /// <param name="options">Template, lengths and how much to generate.</param>
    /// <param name="stopping">Checked between batches and tokens.</param>
    /// <exception cref="InputException">The adapter does not fit, or no example has an answer token.</exception>
    public static ComparisonResult Compare(LanguageModel model, string? adapterFolder, IReadOnlyList<InstructionExample> examples,
        ComparisonOptions options, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(options);
        ChatTemplate template = TemplateOf(model, adapterFolder, options);
        TokenizedExample[] tokens = Encode(model, template, examples, options);
        InstructionExample[] answered = [.. examples.Where(e => e.Text is null).Take(options.Generations)];

        // Finds a wrong adapter before the base is measured, which may take long.
        using LoraAdapter? adapter = adapterFolder is null ? null : AdapterFolder.Load(adapterFolder, model.Decoder);
        LoraAdapter.DetachAll(model.Decoder);
        int done = 0, all = (tokens.Count(e => TrainingBatch.CountTargets(e) > 0) + answered.Length) * (adapter is null ? 1 : 2);
        void Advance(int count) => options.Progress?.Invoke(done += count, all);
        LossResult baseLoss = LossEvaluator.Evaluate(model.Decoder, tokens, options.BatchSize, stopping, Advance);
        string[] baseAnswers = Answer(model, template, answered, options, Advance, stopping);
        if (adapter is null)
            return new ComparisonResult(baseLoss, null, [.. answered.Select((e, i) => new ComparedGeneration(e, baseAnswers[i], null))]);
        adapter.Attach();
        LossResult adapterLoss = LossEvaluator.Evaluate(model.Decoder, tokens, options.BatchSize, stopping, Advance);
        string[] adapterAnswers = Answer(model, template, answered, options, Advance, stopping);
        return new ComparisonResult(baseLoss, adapterLoss,
            [.. answered.Select((e, i) => new ComparedGeneration(e, baseAnswers[i], adapterAnswers[i]))]);
    }

    /// <summary>Measures one adapter as <see cref="Compare"/> does, but without the base model and without answers.</summary>
    /// <param name="model">Base model; without an adapter afterwards.</param>
    /// <param name="adapterFolder">Adapter in PEFT's layout.</param>
    /// <param name="examples">Held-out examples.</param>
    /// <param name="options">Template and lengths.</param>
    /// <param name="stopping">Checked between batches.</param>
    /// <exception cref="InputException">The adapter does not fit, or no example has an answer token.</exception>
    public static LossResult Measure(LanguageModel model, string adapterFolder, IReadOnlyList<InstructionExample> examples,
        ComparisonOptions options, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(examples);
        ArgumentNullException.ThrowIfNull(options);
        TokenizedExample[] tokens = Encode(model, TemplateOf(model, adapterFolder, options), examples, options);
        using LoraAdapter adapter = AdapterFolder.Load(adapterFolder, model.Decoder);
        LoraAdapter.DetachAll(model.Decoder);
        adapter.Attach();
        return LossEvaluator.Evaluate(model.Decoder, tokens, options.BatchSize, stopping);
    }

    /// <summary>The result as JSON: losses, perplexities, counts, and the answers under <c>generations</c>.</summary>
    public static JsonObject ToJson(ComparisonResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        JsonObject json = ResultFiles.Comparison(result.Base.Loss, result.Adapter?.Loss, result.Base.Examples, result.Base.TargetTokens);
        json["seconds"] = Math.Round(result.Base.Seconds + (result.Adapter?.Seconds ?? 0), 3);
        json["generations"] = new JsonArray([.. result.Generations.Select(g => new JsonObject
        {
            ["instruction"] = g.Example.Instruction,
            ["input"] = g.Example.Input,
            ["expected"] = g.Example.Output,
            ["base"] = g.Base,
            ["adapter"] = g.Adapter,
        })]);
        return json;
    }

    /// <summary>Adds the result to <c>eval_results.json</c> of a folder; what training wrote there stays.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="InputException">The file is there but is not a JSON object.</exception>
    public static string Save(string folder, ComparisonResult result)
    {
        Directory.CreateDirectory(folder);
        ResultFiles.Add(folder, ResultFile, ToJson(result));
        return Path.Combine(folder, ResultFile);
    }

    private static ChatTemplate TemplateOf(LanguageModel model, string? adapterFolder, ComparisonOptions options)
    {
        ChosenTemplate chosen = TemplateRule.Choose(model, options.Template, adapterFolder, options.DefaultSystem);
        if (chosen.Warning is { } warning)
            options.Warn?.Invoke(warning);
        return chosen.Template;
    }

    private static TokenizedExample[] Encode(LanguageModel model, ChatTemplate template, IReadOnlyList<InstructionExample> examples,
        ComparisonOptions options)
    {
        int cutoff = Math.Min(options.CutoffLen, model.Decoder.Config.MaxPositionEmbeddings);
        return [.. examples.SelectMany(e => TokenizedExample.EncodeAll(e, template, model.Tokenizer, cutoff))];
    }

    private static string[] Answer(
        LanguageModel model, ChatTemplate template, InstructionExample[] examples, ComparisonOptions options, Action<int> progress,
        CancellationToken stopping)
    {
        TextGenerator generator = new(model);
        GenerationOptions generation = new() { MaxNewTokens = options.MaxNewTokens, StopTokenIds = template.StopTokenIds(model.Tokenizer) };
        List<string> answers = [];
        foreach (InstructionExample[] batch in examples.Chunk(options.BatchSize))
        {
            answers.AddRange(generator.Generate(
                [.. batch.Select(e =>
                    (IReadOnlyList<int>)template.EncodePrompt(model.Tokenizer, e.ToMessages(withAnswer: false), e.System))],
                generation, stopping).Select(answer => answer.Text));
            progress(batch.Length);
        }
        return [.. answers];
    }
}
