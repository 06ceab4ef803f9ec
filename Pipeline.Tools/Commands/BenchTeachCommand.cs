using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Jobs;
using Pipeline.Models;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Statistics;
using Pipeline.Tools.Benchmarks;
using Pipeline.Web;
using Pipeline.Web.Commands.Training;

namespace Pipeline.Tools.Commands;

/// <summary><c>bench teach</c>: planted facts, taught and examined, and what the training cost in general knowledge.</summary>
internal static class BenchTeachCommand
{
    private static readonly Argument<string[]> Words = new("KEYS")
    {
        Description = "Keys of the training that differ, as train takes them: --retention none --learning_rate 5e-4",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private static readonly Option<string> Model = new("--model")
    {
        Description = "Folder of the base model",
        HelpName = "DIR",
        DefaultValueFactory = _ => ProductFiles.Resolve("starter/phi4-starter"),
    };

    private static readonly Option<int> Facts = new("--facts") { Description = "Facts to teach", DefaultValueFactory = _ => 40 };
    private static readonly Option<int> Seeds = new("--seeds")
    {
        Description = "Trainings, each with facts of its own",
        DefaultValueFactory = _ => 1,
    };

    private static readonly Option<int> First = new("--first-seed") { Description = "Seed of the first", DefaultValueFactory = _ => 1 };
    private static readonly Option<int?> Wordings = new("--wordings")
    {
        Description = $"Wordings of each fact to train on, up to {PlantedFacts.MostWordings}; by default as the model's size asks for",
    };

    private static readonly Option<bool> Shuffled = new("--shuffled")
    {
        Description = "Teach each observatory the answers of another: a control that must not gain",
    };

    private static readonly Option<bool> Other = new("--other")
    {
        Description = "Teach observatories that the examination does not ask for: a control that must not gain",
    };

    private static readonly Option<bool> Search = new("--search")
    {
        Description = "Try three rates on a tenth of the facts first, and take the best",
    };

    private static readonly Option<string?> Out = new("--out") { Description = "Folder to keep dataset and adapters in", HelpName = "DIR" };
    private static readonly Option<bool> Json = new("--json") { Description = "End with one JSON object on the last line" };

    public static Command Create()
    {
        Command command = new("teach", "Teach planted facts: exam in wordings never trained, general knowledge kept, tokens, seconds")
        {
            Words, Model, Facts, Wordings, Seeds, First, Shuffled, Other, Search, Out, Json,
        };
        command.SetAction((parsed, stopping) => Task.Run(() => Run(parsed, stopping), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken stopping)
    {
        int facts = EvalCommand.AtLeast(2, parsed.GetValue(Facts), Facts.Name);
        int wordings = EvalCommand.AtLeast(
            1, parsed.GetValue(Wordings) ?? TeachingBenchmark.WordingsFor(parsed.GetRequiredValue(Model)), Wordings.Name);
        if (wordings > PlantedFacts.MostWordings)
            throw new InputException($"--wordings: there are {PlantedFacts.MostWordings}");
        int seeds = EvalCommand.AtLeast(1, parsed.GetValue(Seeds), Seeds.Name);
        if (parsed.GetValue(Shuffled) && facts < 4)
            throw new InputException("--shuffled: needs two observatories; give --facts 4 or more");
        string? kept = parsed.GetValue(Out);
        string folder = kept ?? Directory.CreateTempSubdirectory("teach-").FullName;
        TextWriter output = parsed.InvocationConfiguration.Output, error = parsed.InvocationConfiguration.Error;
        try
        {
            List<TeachingMeasurement> results = [];
            foreach (int seed in Enumerable.Range(parsed.GetValue(First), seeds))
            {
                PlantedLesson lesson = PlantedFacts.Make(facts, seed, wordings, parsed.GetValue(Shuffled));
                if (parsed.GetValue(Other)) lesson = lesson with { Taught = PlantedFacts.Make(facts, seed + 100_000, wordings).Taught };
                string[] words = parsed.GetValue(Words) ?? [];
                if (parsed.GetValue(Search))
                {
                    double rate = TeachingBenchmark.SearchRate(
                        parsed.GetRequiredValue(Model),
                        count => PlantedFacts.Make(count, seed + 200_000, wordings),
                        facts,
                        Path.Combine(folder, $"search-{seed}"),
                        seed,
                        words,
                        (tried, measured) => output.WriteLine(string.Create(
                            CultureInfo.InvariantCulture, $"rate {tried}: {measured.AdapterRight} of {measured.Asked}")),
                        stopping);
                    words = [.. words, "--learning_rate", rate.ToString("R", CultureInfo.InvariantCulture)];
                }
                using TrainingProgressView progress = new(error, error);
                GeneralResult? known = results.Count == 0 ? null : results[0].Base;
                results.Add(TeachingBenchmark.Measure(parsed.GetRequiredValue(Model), lesson, Path.Combine(folder, $"seed-{seed}"), seed,
                    known, words, progress, stopping));
                output.WriteLine(Line(seed, results[^1]));
            }
            if (parsed.GetValue(Json))
                output.WriteLine(JsonSerializer.Serialize(new
                {
                    verdicts = results.GroupBy(m => Verdict.Of(m.Difference).Name).ToDictionary(g => g.Key, g => g.Count()),
                    seeds = results.Select(Figures),
                }));
            return ExitCodes.Success;
        }
        finally
        {
            if (kept is null)
                Directory.Delete(folder, recursive: true);
        }
    }

    private static string Line(int seed, TeachingMeasurement m) => string.Create(CultureInfo.InvariantCulture,
        $"seed {seed}: {m.Facts} facts, exam {m.BaseRight} → {m.AdapterRight} of {m.Asked}, {Verdict.Of(m.Difference).Name}; "
        + $"general questions {m.Base.Right} → {m.Adapter.RightWith(m.Base)} kept; general loss {m.Base.Loss:F3} → {m.Adapter.Loss:F3}; "
        + $"{m.TaughtTokens} taught and {m.Training.RetainedTokens} retained tokens in {m.Training.Seconds:F1} s");

    private static object Figures(TeachingMeasurement m) => new
    {
        facts = m.Facts,
        exam = new
        {
            of = m.Asked,
            @base = m.BaseRight,
            adapter = m.AdapterRight,
            gain = Math.Round(m.Difference.Mean, 4),
            low = Math.Round(m.Difference.Low, 4),
            high = Math.Round(m.Difference.High, 4),
            verdict = Verdict.Of(m.Difference).Name,
        },
        general = new
        {
            of = m.Base.Replies.Count,
            @base = m.Base.Right,
            kept = m.Adapter.RightWith(m.Base),
            adapter = m.Adapter.Right,
            base_loss = Math.Round(m.Base.Loss, 4),
            adapter_loss = Math.Round(m.Adapter.Loss, 4),
            languages = m.Base.Prose.Keys.ToDictionary(language => language, language => new
            {
                base_loss = Math.Round(m.Base.Prose[language].Loss, 4),
                adapter_loss = Math.Round(m.Adapter.Prose[language].Loss, 4),
                @base = RightIn(m.Base, language),
                adapter = RightIn(m.Adapter, language),
            }),
        },
        steps = m.Training.Steps,
        first_loss = m.Training.FirstLoss,
        last_loss = m.Training.LastLoss,
        taught_tokens = m.TaughtTokens,
        retained_tokens = m.Training.RetainedTokens,
        seconds = Math.Round(m.Training.Seconds, 2),
        cpu_seconds = Math.Round(m.CpuSeconds, 2),
        seconds_per_1000_taught = Math.Round(1000 * m.Training.Seconds / m.TaughtTokens, 4),
        facts_per_s = Math.Round(m.AdapterRight * m.Facts / (double)m.Asked / m.Training.Seconds, 4),
    };

    private static int RightIn(GeneralResult result, string language) =>
        result.Replies.Count(reply => reply.IsRight && reply.Question.Language == language);
}
