using System.Security.Cryptography;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>
/// Examines a base model and adapters on the same questions: closed book, open book, a control, general knowledge, and the loss of
/// held-out wordings. Greedy, so that an examination gives the same result again.
/// </summary>
public static class Examiner
{
    /// <summary>Version of everything that changes replies or marks for equal inputs.</summary>
    public const string Version = "1";

    /// <summary>Holds an examination.</summary>
    /// <param name="model">Base model; without an adapter afterwards.</param>
    /// <param name="sides">The base, the adapter examined, and others, such as the one in service; names differ.</param>
    /// <param name="items">Questions, also those that the documents cannot answer; ids differ.</param>
    /// <param name="control">Questions about documents that no side has seen; may be empty.</param>
    /// <param name="options">How.</param>
    /// <param name="stopping">Checked between batches and tokens.</param>
    /// <exception cref="InputException">An adapter does not fit the model, two ids or names are equal, or no call succeeds.</exception>
    public static ExaminationResult Examine(LanguageModel model, IReadOnlyList<ExamSide> sides, IReadOnlyList<ExamItem> items,
        IReadOnlyList<ExamItem> control, ExaminationOptions options, CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(options);
        RequireDistinct(sides.Select(side => side.Name), "examination: two sides are called");
        RequireDistinct(items.Concat(control).Select(item => item.Id), "examination: two questions have the id");
        List<string> warnings = [];
        ChatTemplate[] templates = [.. sides.Select(side => TemplateOf(model, sides, side, options, warnings))];
        List<LoraAdapter?> adapters = [];
        try
        {
            // Finds a wrong adapter before the base is examined, which may take long.
            foreach (ExamSide side in sides)
                adapters.Add(side.Adapter is null ? null : AdapterFolder.Load(side.Adapter, model.Decoder));
            LoraAdapter.DetachAll(model.Decoder);
            using ReplyJournal journal = new(options.Journal,
                ReplyJournal.IdentityOf(IdentityParts(model, sides, templates, items, control, options)));
            ExaminationRound[] rounds = [.. sides.Select((side, i) =>
                new ExaminationRound(model, templates[i], side, items, control, options, journal))];
            int done = 0, all = rounds.Sum(round => round.Work);
            void Advance(int count) => options.Progress?.Invoke(done += count, all);
            List<SideResult> results = [];
            for (int i = 0; i < sides.Count; i++)
            {
                LoraAdapter.DetachAll(model.Decoder);
                adapters[i]?.Attach();
                results.Add(rounds[i].Hold(Advance, stopping));
                int failures = results[i].Closed.Count(reply => reply.Failure is not null);
                if (failures > 0)
                    warnings.Add($"{sides[i].Name}: {failures} of {items.Count} calls of the model failed and count neither as right "
                        + $"nor as wrong; the first: {results[i].Closed.First(reply => reply.Failure is not null).Failure}");
            }
            return new ExaminationResult
            {
                Items = items,
                Control = control,
                Sides = results,
                MaxNewTokens = options.MaxNewTokens,
                Warnings = [.. warnings.Distinct()],
            };
        }
        finally
        {
            LoraAdapter.DetachAll(model.Decoder);
            foreach (LoraAdapter? adapter in adapters)
                adapter?.Dispose();
        }
    }

    // The base is asked in the form that the adapter was trained with, as its loss is measured in it.
    private static ChatTemplate TemplateOf(LanguageModel model, IReadOnlyList<ExamSide> sides, ExamSide side, ExaminationOptions options,
        List<string> warnings)
    {
        string? adapter = side.Adapter ?? sides.FirstOrDefault(other => other.Adapter is not null)?.Adapter;
        ChosenTemplate chosen = TemplateRule.Choose(model, side.Template ?? options.Template, adapter,
            side.DefaultSystem ?? options.DefaultSystem);
        if (chosen.Warning is { } warning) warnings.Add(warning);
        return chosen.Template;
    }

    private static IEnumerable<string> IdentityParts(LanguageModel model, IReadOnlyList<ExamSide> sides, ChatTemplate[] templates,
        IReadOnlyList<ExamItem> items, IReadOnlyList<ExamItem> control, ExaminationOptions options)
    {
        yield return $"{Version} {Path.GetFullPath(model.Folder)} {model.Decoder.DType} {options.MaxNewTokens} {options.OpenBookTokens}";
        foreach ((ExamSide side, ChatTemplate template) in sides.Zip(templates))
        {
            yield return side.Name;
            yield return $"{template.Identity} {side.DefaultSystem ?? options.DefaultSystem}";
            yield return side.Adapter is null ? "" : HashOf(Path.Combine(side.Adapter, AdapterFolder.WeightsFile));
        }
        foreach (ExamItem item in items.Concat(control))
            yield return $"{item.Id}\n{item.System}\n{item.Question}\n{item.Context}";
    }

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static void RequireDistinct(IEnumerable<string> names, string fault)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach (string name in names)
            if (!seen.Add(name)) throw new InputException($"{fault} '{name}'; give each one of its own");
    }
}
