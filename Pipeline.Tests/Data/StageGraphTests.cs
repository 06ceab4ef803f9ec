using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Tests.Data;

public sealed class StageGraphTests
{
    private static readonly Stage A = new("A"), B = new("B"), C = new("C"), D = new("D"), E = new("E");

    [Fact]
    public void The_product_is_a_line_from_ingest_to_publish()
    {
        StageGraph graph = Pipeline.Jobs.Stages.Graph;
        graph.All.Select(d => d.Stage.SnakeName).ShouldBe(["ingest", "extract", "caption", "clean", "facts", "rows",
            "verify", "filter", "dataset", "train", "evaluate", "report", "publish"]);
        graph.LastOfDocuments.ShouldHaveSingleItem().Stage.ShouldBe(Pipeline.Jobs.Stages.Caption);
        graph.JoinsAfter(Pipeline.Jobs.Stages.Extract).ShouldBe([Pipeline.Jobs.Stages.Clean]);
        graph.JoinsAfter(Pipeline.Jobs.Stages.Publish).ShouldBe([StageGraph.End]);
        graph.All.Select(d => graph.InitiallyOpen(d.Stage)).ShouldBe([0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 1, 1, 1]);
    }

    [Fact]
    public void Branches_hold_up_the_stage_in_which_they_meet()
    {
        StageGraph graph = new(
        [
            Row(D, StageScope.Run), Row(A, StageScope.Run, B, C), Row(B, StageScope.Document, D), Row(C, StageScope.Run, D, E),
                Row(E, StageScope.Run),
        ]);
        graph.All.Select(d => d.Stage).ShouldBe([A, B, C, D, E]);
        graph.JoinsAfter(A).ShouldBe([D, C], ignoreOrder: true);
        graph.InitiallyOpen(D).ShouldBe(2);                  // A, whose documents lead there, and C
        graph.InitiallyOpen(StageGraph.End).ShouldBe(2);     // D and E
        graph.IsBefore(A, D).ShouldBeTrue();
        graph.IsBefore(B, C).ShouldBeFalse();
    }

    [Fact]
    public void A_stage_can_put_itself_between_two_others()
    {
        StageGraph graph = new([Row(A, StageScope.Run, B), Row(B, StageScope.Run),
            new StageDefinition(C, StageScope.Run, "cpu") { After = [A], Next = [B] }]);
        graph.All.Select(d => d.Stage).ShouldBe([A, C, B]);
        graph.InitiallyOpen(B).ShouldBe(2);
    }

    [Theory]
    [InlineData("twice", "stage A is defined 2 times")]
    [InlineData("unknown", "stage A names B, which is not defined")]
    [InlineData("circle", "in a circle: B, C")]
    [InlineData("two beginnings", "nothing comes before A, B")]
    [InlineData("document first", "A, must concern the whole run")]
    [InlineData("document after part", "C has an item per document and cannot follow B, which has parts")]
    public void A_table_that_makes_no_sense_is_refused_with_the_stage(string what, string message)
    {
        StageDefinition[] rows = what switch
        {
            "twice" => [Row(A, StageScope.Run), Row(A, StageScope.Run)],
            "unknown" => [Row(A, StageScope.Run, B)],
            "circle" => [Row(A, StageScope.Run, B), Row(B, StageScope.Run, C), Row(C, StageScope.Run, B)],
            "two beginnings" => [Row(A, StageScope.Run), Row(B, StageScope.Run)],
            "document first" => [Row(A, StageScope.Document)],
            _ => [Row(A, StageScope.Run, B), Row(B, StageScope.Part, C), Row(C, StageScope.Document)],
        };
        Should.Throw<InvalidOperationException>(() => new StageGraph(rows)).Message.ShouldContain(message);
    }

    [Theory]
    [InlineData("extract", "Extract")]
    [InlineData("verify_rows", "VerifyRows")]
    [InlineData("verify-rows", "VerifyRows")]
    [InlineData("VerifyRows", "VerifyRows")]
    public void Names_are_read_as_people_write_them(string text, string name)
    {
        Stage.Parse(text).Name.ShouldBe(name);
        Stage.Parse(Stage.Parse(text).SnakeName).Name.ShouldBe(name);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a'; DROP TABLE runs; --")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void What_is_no_name_is_refused(string text) => Stage.TryParse(text, null, out _).ShouldBeFalse();

    private static StageDefinition Row(Stage stage, StageScope scope, params Stage[] next) => new(stage, scope, "cpu") { Next = next };
}
