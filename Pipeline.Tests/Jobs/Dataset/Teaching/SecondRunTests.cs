using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Publish;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Tests.EndToEnd;

namespace Pipeline.Tests.Jobs.Dataset.Teaching;

/// <summary>Runs whose adapter competes with one that serves.</summary>
public sealed class SecondRunTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Documents_saved_again_and_ten_more_examine_nobody_with_a_question_that_the_serving_adapter_was_trained_on()
    {
        IReadOnlyList<PlantedFact> planted = PlantedFact.Invent(64);
        using TemporaryFolder folder = new();
        StarterRun.CopySamples(folder.File("in"), 1);
        TeachingDocuments.Write(folder.File("in"), [.. planted.Take(24)], 12);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync(planted);
        RoteLearner learner = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartTeachingAsync(database, learner, null, server.Settings("local"));
        RunOptions options = TeachingDocuments.Options("guide") with
        {
            Dataset = new() { Writing = new() { Endpoint = "local", Amount = 40 } },
            Publish = new() { PromoteAs = "guide" },
        };
        RunSummary first = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options);
        first.Promotion.ShouldNotBeNull().Decision.ShouldBe(PromotionKind.Promoted, first.Promotion.Reason);
        IReadOnlySet<string> trained = TrainedQuestions.Read(Path.Combine(first.AdapterPath.ShouldNotBeNull(), TrainedQuestions.FileName));
        trained.ShouldBe(TrainedQuestions.Of(TeachingDocuments.RowsOf(first)), ignoreOrder: true);
        string[] examined = Asked(first);
        examined.Length.ShouldBeGreaterThan(20);

        foreach (string file in Directory.GetFiles(folder.File("in"))) TeachingDocuments.SaveAgain(file);
        TeachingDocuments.Write(folder.File("in/more"), [.. planted.Skip(24)], 4);
        // More wordings are asked for too, so that facts grow.
        RunSummary second = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options with
        {
            Dataset = new() { Writing = new() { Endpoint = "local", Amount = 60, Wordings = 5 } },
        });
        second.Documents.Succeeded.ShouldBe(13);
        second.Cached.GetValueOrDefault("extract").ShouldBe(0, "the files are others");
        string[] asked = Asked(second);
        asked.Length.ShouldBeGreaterThan(examined.Length);
        asked.Count(trained.Contains).ShouldBe(0);
        TrainedQuestions.Of(TeachingDocuments.RowsOf(second)).Intersect(asked).ShouldBeEmpty();

        (ExaminationOrder order, ExaminationResult result) = learner.Held[^1];
        order.Sides.Select(s => s.Name).ShouldBe([ExamSide.Base, ExamSides.Adapter, first.Adapter!]);
        order.Sides[2].Trained.ShouldBe(trained, ignoreOrder: true);
        SideComparison comparison = SideComparison.Of(result, ExamSides.Adapter, first.Adapter!);
        (comparison.Trained, comparison.Failed).ShouldBe((0, 0));
        comparison.Difference.Items.ShouldBeGreaterThan(examined.Length);
        second.Promotion.ShouldNotBeNull().Against.ShouldBe(first.Adapter);
        // It knows the old facts as well and ten documents more.
        second.Promotion.Decision.ShouldBe(PromotionKind.Promoted, second.Promotion.Reason);
    }

    [Fact]
    public async Task Questions_that_an_adapter_has_learned_which_took_over_meanwhile_compare_nobody()
    {
        IReadOnlyList<PlantedFact> planted = PlantedFact.Invent(12);
        using TemporaryFolder folder = new();
        TeachingDocuments.Write(folder.File("in"), planted, 12);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync(planted);
        RoteLearner learner = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartTeachingAsync(database, learner, null, server.Settings("local"));
        RunOptions options = TeachingDocuments.Options("honest") with
        {
            Dataset = new() { Writing = new() { Endpoint = "local", Amount = 40 } },
        };
        RunSummary honest = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options);
        Row[] exam = [.. TeachingDocuments.RowsOf(honest).Where(r => r is { Split: RowSplit.Exam, Type: not RowType.Refusal })];
        exam.Length.ShouldBeGreaterThan(8);

        // Another adapter has learned half of the questions by heart, from a file of the user's.
        TeachingDocuments.Write(folder.File("other"), [planted[0]], 1);
        Row[] copied = exam[..(exam.Length / 2)];
        await File.WriteAllLinesAsync(folder.File("other/own.jsonl"), copied.Select(row =>
            System.Text.Json.JsonSerializer.Serialize(new { instruction = row.Question, output = row.Answer })), Stop);
        RunSummary cheat = await TeachingDocuments.FinishedAsync(pipeline, folder.File("other"), TeachingDocuments.Options("cheat") with
        {
            Dataset = new() { Files = [new() { Path = "own.jsonl" }] },
        });
        learner.Fakes.AfterComparing = () => pipeline.Sender.Send(new PromoteAdapter(cheat.Adapter!, "raced", "test"), Stop).AsTask()
            .GetAwaiter().GetResult().ShouldNotBeNull().Done.ShouldNotBeNull();
        RunSummary raced = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options with
        {
            Retrain = true,
            Publish = new() { PromoteAs = "raced" },
        });
        raced.Promotion.ShouldNotBeNull().Against.ShouldBe(cheat.Adapter);
        (ExaminationOrder order, ExaminationResult result) = learner.Held[^1];
        order.Sides.ShouldHaveSingleItem().Name.ShouldBe(cheat.Adapter);
        result.Sides[0].Trained.ShouldBe(copied.Select(r => r.Hash), ignoreOrder: true);

        // A run that begins when it serves does not examine with these questions at all.
        learner.Fakes.AfterComparing = () => { };
        RunSummary later = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options with
        {
            Publish = new() { PromoteAs = "raced" },
        });
        Asked(later).Intersect(copied.Select(r => RowHash.OfQuestion(r.Question))).ShouldBeEmpty();
        Asked(later).ShouldNotBeEmpty();
    }

    private static string[] Asked(RunSummary run) =>
        [.. TeachingDocuments.RowsOf(run).Where(r => r.Split == RowSplit.Exam).Select(r => RowHash.OfQuestion(r.Question))];
}
