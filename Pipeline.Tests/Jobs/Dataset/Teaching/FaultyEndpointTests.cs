using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Endpoints;

namespace Pipeline.Tests.Jobs.Dataset.Teaching;

/// <summary>A run whose rows a language model writes that knows the facts and does wrong what models do wrong.</summary>
public sealed class FaultyEndpointTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int PerDocument = 12;

    /// <summary>What is wrong with the replies about a document.</summary>
    private static readonly StandInFault[] FaultOf =
    [
        StandInFault.None, StandInFault.WrongNumber, StandInFault.None, StandInFault.WrongLanguage, StandInFault.None,
        StandInFault.Ungrounded, StandInFault.None, StandInFault.Duplicate, StandInFault.Chatter, StandInFault.CutJson, StandInFault.Python,
        StandInFault.Empty,
    ];

    [Fact]
    public async Task What_a_model_gets_wrong_is_not_trained_what_it_gets_right_is_and_nothing_is_asked_twice()
    {
        IReadOnlyList<PlantedFact> planted = PlantedFact.Invent(PerDocument * FaultOf.Length);
        using TemporaryFolder folder = new();
        TeachingDocuments.Write(folder.File("in"), planted, PerDocument);
        ScriptedTime time = new(TimeSpan.FromSeconds(77));
        await using StandInEndpoint server = await StandInEndpoint.StartAsync(planted);
        ConcurrentDictionary<string, int> tries = new();
        server.Fault = call => tries.AddOrUpdate(call.Body, 1, (_, n) => n + 1) == 1 && Passing(call) is { } passing
            ? passing : Lasting(call, planted);
        server.Before = async call =>
        {
            // A reply that never comes: its time is up once the caller waits.
            if (Passing(call) != StandInFault.Stall || tries.ContainsKey(call.Body)) return;
            _ = Task.Delay(500).ContinueWith(_ => time.GoOff(), TaskScheduler.Default);
            await Task.Yield();
        };
        RoteLearner learner = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartTeachingAsync(database, learner, services =>
            services.AddSingleton(p => new EndpointChatClients(p.GetRequiredService<EndpointCatalog>(), time,
                NullLogger<EndpointChatClients>.Instance)), server.Settings("local", ("Timeout", "77")));
        RunOptions options = TeachingDocuments.Options("written") with
        {
            Dataset = new() { Writing = new() { Endpoint = "local", Amount = 3 * PerDocument } },
        };
        RunSummary run = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options);

        Row[] rows = [.. TeachingDocuments.RowsOf(run).Where(r => r.Generator.Model is not null && r.Type == RowType.Question)];
        Dictionary<string, (int Wrong, int Right)> sent = Sent(server, planted);
        int wrong = 0, wrongKept = 0, right = 0, rightKept = 0;
        List<string> report = [];
        for (int i = 0; i < FaultOf.Length; i++)
        {
            string document = TeachingDocuments.Name(i);
            (int sentWrong, int sentRight) = sent.GetValueOrDefault(document);
            Row[] kept = [.. rows.Where(r => r.Sources[0].Document == document && r.State != RowState.Rejected)];
            int keptRight = kept.Where(row => IsRight(row, planted)).DistinctBy(row => (row.Fact, row.Question)).Count();
            int keptWrong = kept.Length - keptRight;
            report.Add($"{FaultOf[i]}: {keptWrong} of {sentWrong} wrong rows kept, {keptRight} of {sentRight} right ones; "
                + string.Join(", ", rows.Where(r => r.Sources[0].Document == document && r.State == RowState.Rejected)
                    .GroupBy(r => r.Reason).Select(g => $"{g.Key} {g.Count()}")));
            (wrong, wrongKept, right, rightKept) = (wrong + sentWrong, wrongKept + keptWrong, right + sentRight, rightKept + keptRight);
        }
        string all = string.Join('\n', report);
        TestContext.Current.TestOutputHelper!.WriteLine(all);
        wrong.ShouldBeGreaterThan(80, all);
        right.ShouldBeGreaterThan(150, all);
        wrongKept.ShouldBeLessThanOrEqualTo(wrong / 20, all);
        (right - rightKept).ShouldBeLessThanOrEqualTo(right / 20, all);

        // Every call is in the funnel once, however often it had to be tried.
        Funnel funnel = DatasetFolder.ReadFunnel(run.DatasetPath!);
        int asked = server.Calls.Select(c => c.Body).Distinct().Count();
        server.Calls.Count.ShouldBeGreaterThan(asked, "some had to be tried again");
        (funnel.Calls["made"], funnel.Calls["cached"], funnel.Calls["failed"]).ShouldBe((asked, 0, 0));
        funnel.RepliesRejected.Keys.ShouldContain(Reasons.Unparsable);
        funnel.RepliesRejected.Keys.ShouldContain(Reasons.Empty);

        int before = server.Calls.Count;
        RunSummary again = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"), options);
        server.Calls.Count.ShouldBe(before);
        funnel = DatasetFolder.ReadFunnel(again.DatasetPath!);
        (funnel.Calls["made"], funnel.Calls["cached"]).ShouldBe((0, asked));
        again.Train.ShouldNotBeNull().Reused.ShouldBeTrue();
        (await TeachingDocuments.DatasetOf(pipeline, again)).ContentKey
            .ShouldBe((await TeachingDocuments.DatasetOf(pipeline, run)).ContentKey);
    }

    /// <summary>A fault that a second try does not have.</summary>
    private static StandInFault? Passing(StandInCall call) => call.Purpose switch
    {
        "facts" => call.Prompt.Contains(" 1801.", StringComparison.Ordinal) ? StandInFault.TooManyRequests : null,
        "points" => call.Prompt.Contains(" 1804.", StringComparison.Ordinal) ? StandInFault.Stall : StandInFault.ServerError,
        "rewrite" => StandInFault.ConnectionCut,
        _ => null,
    };

    /// <summary>The fault of a document, in everything that becomes rows.</summary>
    private static StandInFault Lasting(StandInCall call, IReadOnlyList<PlantedFact> planted) =>
        call.Purpose is "questions" or "points" or "rewrite" ? FaultOf[DocumentOf(call, planted)] : StandInFault.None;

    private static int DocumentOf(StandInCall call, IReadOnlyList<PlantedFact> planted) =>
        Enumerable.Range(0, planted.Count).First(i => call.Prompt.Contains(planted[i].Sentence, StringComparison.Ordinal)) / PerDocument;

    /// <summary>Questions that were sent, by document.</summary>
    private static Dictionary<string, (int Wrong, int Right)> Sent(StandInEndpoint server, IReadOnlyList<PlantedFact> planted)
    {
        Dictionary<string, (int Wrong, int Right)> sent = [];
        foreach (StandInCall call in server.Calls.Where(c => c.Purpose == "questions").DistinctBy(c => c.Body))
        {
            int document = DocumentOf(call, planted);
            StandInFault fault = FaultOf[document];
            string reply = server.Replies.Of(call, fault).Replace('\'', '"');
            int questions = reply.Split("question\":").Length - 1;
            // The last one of a reply that was cut is not whole; of three equal wordings two are too many.
            (int wrong, int right) = fault switch
            {
                StandInFault.WrongNumber or StandInFault.WrongLanguage or StandInFault.Ungrounded => (questions, 0),
                StandInFault.Duplicate => (questions - (questions / 3), questions / 3),
                StandInFault.CutJson => (0, questions - 1),
                _ => (0, questions),
            };
            (int Wrong, int Right) old = sent.GetValueOrDefault(TeachingDocuments.Name(document));
            sent[TeachingDocuments.Name(document)] = (old.Wrong + wrong, old.Right + right);
        }
        return sent;
    }

    private static bool IsRight(Row row, IReadOnlyList<PlantedFact> planted) =>
        planted.Single(f => row.Question.Contains(f.Subject, StringComparison.Ordinal)
            && row.Question.Contains(f.Attribute, StringComparison.Ordinal)) is { } fact
        && row.Answer.Contains(fact.Value, StringComparison.Ordinal);
}
