using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Tests.Jobs.Dataset.Files;

namespace Pipeline.Tests.Jobs.Dataset.Versions;

public sealed class RowDiffTests
{
    private static readonly Row Limit = TestRows.Question("What is the limit?", "254 bytes", wording: "w1", fact: "limit");

    [Fact]
    public void Rows_of_one_dataset_only_are_added_or_removed()
    {
        Row same = TestRows.Question("Same?", "yes", fact: "same"), gone = TestRows.Question("Gone?", "yes", fact: "gone");
        Row added = TestRows.Question("New?", "yes", fact: "new");
        Changes([same, gone], [added, same]).ShouldBe([("removed", "Gone?", null), ("added", null, "New?")]);
        Changes([same], [same]).ShouldBeEmpty();
    }

    [Fact]
    public void The_same_wording_of_the_same_fact_with_another_answer_is_a_change()
    {
        Row revised = TestRows.Question("What is the limit?", "255 bytes", wording: "w1", fact: "limit");
        Row other = TestRows.Question("Name the limit.", "255 bytes", wording: "w2", fact: "limit");
        Changes([Limit], [revised]).ShouldBe([("changed", "What is the limit?", "What is the limit?")]);
        Changes([Limit], [other]).ShouldBe([("removed", "What is the limit?", null), ("added", null, "Name the limit.")]);
    }

    [Fact]
    public void An_edited_row_is_a_change_of_the_row_it_was_made_from_whatever_its_wording()
    {
        Row user = TestRows.Imported("Mine?", "yes");
        Row edited = new RowEdit { Question = "Ours?" }.Apply(user, "Ada", "we");
        Changes([user, Limit], [Limit, edited]).ShouldBe([("changed", "Mine?", "Ours?")]);
    }

    [Fact]
    public void A_row_that_the_second_rejects_is_removed_for_its_reason_and_rejected_rows_are_in_neither()
    {
        IReadOnlyList<RowChange> changes = RowDiff.Of([Limit, TestRows.Question("x", "y").Reject("empty")],
            [Limit.Reject("wrong unit"), TestRows.Question("z", "y").Reject("empty")]);
        (changes.ShouldHaveSingleItem().Change, changes[0].Reason).ShouldBe(("removed", "wrong unit"));
        RowDiff.Count(changes).ShouldBe(new Dictionary<string, int> { ["added"] = 0, ["removed"] = 1, ["changed"] = 0 });
    }

    private static IEnumerable<(string, string?, string?)> Changes(Row[] before, Row[] after) =>
        RowDiff.Of(before, after).Select(change => (change.Change, change.Before?.Question, change.After?.Question));
}
