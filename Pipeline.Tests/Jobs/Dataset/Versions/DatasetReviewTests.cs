using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Tests.Jobs.Dataset.Files;

namespace Pipeline.Tests.Jobs.Dataset.Versions;

public sealed class DatasetReviewTests
{
    private static readonly Row Good = TestRows.Question("Good?", "yes", fact: "good");
    private static readonly Row Bad = TestRows.Question("Bad?", "no", fact: "bad");
    private static readonly Row Refused = TestRows.Question("Refused?", "254", fact: "refused").Reject(Reasons.WrongNumber);
    private static readonly Row Exam = TestRows.Question("Examined?", "yes", RowSplit.Exam, fact: "exam");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Decisions_change_state_reason_and_author_and_nothing_else_changes()
    {
        IReadOnlyList<Row> next = DatasetReview.Apply([Good, Bad, Refused, Exam],
            [Decide(Bad, "reject", "wrong unit"), Decide(Refused, "accept", "it is right")]);
        next[0].ShouldBeSameAs(Good);
        next[3].ShouldBeSameAs(Exam);
        (next[1].State, next[1].Reason, next[1].Author, next[1].Split).ShouldBe((RowState.Rejected, "wrong unit", "Ada", RowSplit.None));
        (next[2].State, next[2].Reason, next[2].Author, next[2].Split).ShouldBe((RowState.Kept, "it is right", "Ada", RowSplit.Train));
        RowCounts.Into(new Funnel(), next).Rejected.ShouldBe(new Dictionary<string, int> { ["person"] = 1 });
    }

    [Fact]
    public void An_edit_keeps_the_split_and_says_what_it_was_made_from()
    {
        Row edited = DatasetReview.Apply([Exam], [Edit(Exam, new() { Answer = "no", Expected = "" })]).ShouldHaveSingleItem();
        (edited.State, edited.Answer, edited.Split, edited.EditedFrom, edited.Author, edited.Generator.Name)
            .ShouldBe((RowState.Edited, "no", RowSplit.Exam, Exam.Hash, "Ada", "person"));
        edited.Hash.ShouldBe(RowHash.OfContent(edited));
        edited.Verdicts.ShouldBeEmpty();
    }

    [Fact]
    public void A_question_that_is_examined_is_not_trained_because_someone_accepts_or_writes_it_once_more()
    {
        Row twin = TestRows.Question("examined", "Yes, it is.", fact: "twin").Reject(Reasons.Balance);
        DatasetReview.Apply([Exam, Good, twin], [Decide(twin, "accept"), Edit(Good, new() { Question = "EXAMINED?" })])
            .ShouldAllBe(row => row.Split == RowSplit.Exam);
        DatasetReview.Apply([Good, Exam], [Edit(Exam, new() { Question = "Good?", Answer = "Quite." })])[1].Split.ShouldBe(RowSplit.Train);
    }

    [Fact]
    public void A_row_that_becomes_one_that_is_there_already_is_a_duplicate()
    {
        Row edited = DatasetReview.Apply([Good, Bad], [Edit(Bad, new() { Question = "Good?", Answer = "yes" })])[1];
        (edited.State, edited.Reason, edited.Author).ShouldBe((RowState.Rejected, Reasons.Duplicate, "pipeline"));
    }

    [Fact]
    public void A_decision_means_the_row_that_is_kept_not_its_rejected_duplicate()
    {
        Row duplicate = Good.Reject(Reasons.Duplicate);
        foreach (Row[] rows in (Row[][])[[Good, duplicate], [duplicate, Good]])
        {
            DatasetReview.Apply(rows, [Decide(Good, "reject")]).ShouldAllBe(row => row.State == RowState.Rejected);
            DatasetReview.Apply(rows, [Decide(Good, "accept")]).ShouldBe(rows);
        }
    }

    [Theory]
    [InlineData("question", "", "edit.question: is empty")]
    [InlineData("answer", "  ", "edit.answer: is empty")]
    [InlineData("answer", "a\0b", "edit.answer: holds a zero character")]
    [InlineData(null, null, "edit: changes nothing")]
    public void An_edit_is_checked(string? field, string? value, string message)
    {
        RowEdit edit = new() { Question = field == "question" ? value : null, Answer = field == "answer" ? value : null };
        edit.Problems().Select(fault => fault.ToString()).ShouldHaveSingleItem().ShouldStartWith(message);
        new RowEdit { Answer = new string('a', 20_001) }.Problems().ShouldHaveSingleItem().Problem
            .ShouldBe("has 20001 characters; expected at most 20000");
        Should.Throw<SettingsException>(() => new RowEdit { Text = "t" }.Apply(Good, "Ada", null)).Message
            .ShouldBe("edit.text: this row is a conversation, not text");
        Should.Throw<SettingsException>(() => new RowEdit { Question = "t" }.Apply(TestRows.Text("x"), "Ada", null)).Message
            .ShouldBe("edit.question: this row is text; edit its text");
    }

    [Fact]
    public void A_system_message_is_set_changed_and_taken_away()
    {
        Row with = new RowEdit { System = "Be brief." }.Apply(Good, "Ada", null);
        with.Messages.Select(m => m.Content).ShouldBe(["Be brief.", "Good?", "yes"]);
        new RowEdit { System = "Be long." }.Apply(with, "Ada", null).Messages[0].Content.ShouldBe("Be long.");
        new RowEdit { System = "" }.Apply(with, "Ada", null).Messages.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_folder_becomes_another_one_with_its_contexts_and_weights()
    {
        using TemporaryFolder folder = new();
        DatasetWriteOptions options = new()
        {
            Contexts = new Dictionary<string, string> { ["c1"] = "The whole chunk." },
            Times = new Dictionary<string, int> { [Good.Hash] = 2 },
        };
        await DatasetFolder.WriteAsync(folder.File("a"), [Good, Bad, Refused, Exam], new Funnel { Documents = 7 }, options, Stop);
        await File.WriteAllLinesAsync(folder.File("decisions.jsonl"),
        [
            $$"""{"hash": "{{Bad.Hash}}", "decision": "accept"}""",
            $$"""{"hash": "{{Bad.Hash}}", "decision": "reject", "reason": "wrong", "author": "Grace"}""",
            $$$"""{"hash": "{{{Good.Hash}}}", "decision": "edit", "edit": {"answer": "Yes, very."}}""",
        ], Stop);
        IReadOnlyList<RowChange> changes = await FolderReview.CloseAsync(folder.File("a"), ReviewLine.Read(folder.File("decisions.jsonl")),
            "Ada", folder.File("b"), DateTimeOffset.UnixEpoch, Stop);
        changes.Select(change => change.Change).ShouldBe(["changed", "removed"]);
        IReadOnlyList<Row> rows = DatasetFolder.ReadRows(folder.File("b"));
        rows.Select(row => row.Author).ShouldBe(["Ada", "Grace", "pipeline", "pipeline"]);
        InstructionDataset.Load(folder.File("b"), "train").Select(example => example.Output).ShouldBe(["Yes, very.", "Yes, very."]);
        (await File.ReadAllTextAsync(folder.File("b/exam.jsonl"), Stop)).ShouldContain("The whole chunk.");
        DatasetFolder.ReadFunnel(folder.File("b")).Documents.ShouldBe(7);
        DatasetFolder.ReadRows(folder.File("a")).Select(RowJson.Write).ShouldBe(new[] { Good, Bad, Refused, Exam }.Select(RowJson.Write));
        (await Should.ThrowAsync<InputException>(FolderReview.CloseAsync(folder.File("a"), [new(new string('0', 32), "reject")], "Ada",
            folder.File("c"), default, Stop))).Message.ShouldContain("has no row 0000");
        (await Should.ThrowAsync<InputException>(FolderReview.CloseAsync(folder.File("a"), [new(Good.Hash, "accept")], "Ada",
            folder.File("c"), default, Stop))).Message.ShouldContain("change nothing");
        (await Should.ThrowAsync<InputException>(FolderReview.CloseAsync(folder.File("a"), [new(Good.Hash, "reject")], "Ada",
            folder.File("a"), default, Stop))).Message.ShouldContain("versions do not change");
    }

    [Theory]
    [InlineData("{\"hash\": \"a\"}", "line 1")]
    [InlineData("{\"hash\": \"a\", \"decision\": \"maybe\"}", "line 1: decision: found 'maybe'; expected accept, reject, edit")]
    [InlineData("{\"hash\": \"a\", \"decision\": \"edit\"}", "line 1: edit: is missing")]
    [InlineData("{\"hash\": \"a\", \"decision\": \"reject\", \"reson\": \"x\"}", "reson")]
    [InlineData("{\"hash\": \"a\", \"decision\": \"reject\"}\n{", "line 2")]
    [InlineData("\n", "holds no decision")]
    public void A_file_of_decisions_is_checked_before_anything_is_decided(string text, string message)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("d.jsonl"), text);
        Should.Throw<InputException>(() => ReviewLine.Read(folder.File("d.jsonl"))).Message.ShouldContain(message);
    }

    private static DraftDecision Decide(Row row, string decision, string? reason = null) =>
        new(row.Hash, decision, null, "Ada", reason, DateTimeOffset.UnixEpoch);

    private static DraftDecision Edit(Row row, RowEdit edit) =>
        new(row.Hash, "edit", edit.Apply(row, "Ada", null), "Ada", null, DateTimeOffset.UnixEpoch);
}
