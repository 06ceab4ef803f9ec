using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Report;
using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Tests.Jobs.Report;

public sealed class RowsForReadersTests
{
    [Fact]
    public void A_row_becomes_a_question_with_its_place_and_a_refusal_one_that_has_no_answer()
    {
        ExamItem item = ExamRows.ToItem(Make(1, RowType.Reverse, "a.pdf") with { Expected = "1887", Section = "sha/p3-b7" }, "The text.");
        (item.Type, item.Question, item.Expected, item.Document, item.Page, item.Cluster, item.Context, item.Answerable)
            .ShouldBe(("reverse", "Question 1?", "1887", "a.pdf", 4, "sha/p3-b7", "The text.", true));
        ExamRows.ToItem(Make(2, RowType.Refusal, "a.pdf")).Answerable.ShouldBeFalse();
        ExamRows.ToItem(Make(3, RowType.List, "a.pdf") with { Expected = "- apt\n- dpkg" }).Parts.ShouldBe(["apt", "dpkg"]);
        ExamRows.ToItem(Make(4, RowType.List, "a.pdf") with { Expected = "apt, dpkg" }).Parts.ShouldBe(["apt", "dpkg"]);
    }

    [Fact]
    public void Samples_show_every_document_and_type_and_are_the_same_each_time()
    {
        Row[] rows = [.. Enumerable.Range(0, 200).Select(i =>
            Make(i, i % 50 == 0 ? RowType.Reverse : RowType.Question, i < 190 ? "a.pdf" : "b.pdf"))];
        IReadOnlyList<ReportSample> samples = ReportSamples.Choose(rows);
        samples.Count.ShouldBe(10);
        samples.Select(s => (s.Type, s.Document)).Distinct().Count().ShouldBe(3);
        ReportSamples.Choose(rows.Reverse()).ShouldBe(samples);
        ReportSamples.Choose(rows.Select(row => row with { Split = RowSplit.Exam })).ShouldBeEmpty();
    }

    private static Row Make(int i, RowType type, string document) => RowHash.WithHash(new Row
    {
        Hash = "",
        Type = type,
        Language = "en",
        Messages = [new("user", $"Question {i}?"), new("assistant", $"Answer {i}.")],
        Sources = [new SourceSpan("sha", document, 4, "p4-b1", 0, 10)],
        Generator = new RowGenerator("phrasebook", "w", "1"),
        Split = RowSplit.Train,
    });
}
