using Pipeline.Jobs.Evaluate;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Tests.Jobs;

public sealed class AdapterGateTests
{
    [Fact]
    public void A_gain_shown_over_base_and_current_with_knowledge_kept_is_promoted_and_both_reasons_are_given()
    {
        GateDecision decision = AdapterGate.Decide(Gain(80, 0, 70), Gain(80, 20, 70), "pumps-7", 0, General(29, 3.873), General(28, 3.878));
        decision.Promote.ShouldBeTrue();
        decision.Reasons().Count.ShouldBe(3);
        decision.Reasons()[0].ShouldContain("better than the base model: 70 of 80 questions right");
        decision.Reasons()[1].ShouldContain("better than pumps-7");
        decision.Reasons()[2].ShouldBe("of 60 general questions it answers 28, the base 29 (28 in common): a fall of 1.7 points, at most 2 "
            + "(or one question) is allowed; loss of general prose 3.873 → 3.878 nats per token");
    }

    [Fact]
    public void A_gain_that_is_not_above_the_margin_is_refused()
    {
        PairedDifference gain = Gain(80, 10, 30);
        AdapterGate.Decide(gain, null, null, 0, General(29, 3.9), General(29, 3.9)).Promote.ShouldBeTrue();
        GateDecision refused = AdapterGate.Decide(gain, null, null, gain.Low + 0.001, General(29, 3.9), General(29, 3.9));
        refused.Promote.ShouldBeFalse();
        refused.Reasons()[0].ShouldContain("must exceed the margin of");
    }

    [Fact]
    public void An_adapter_no_better_than_the_one_in_service_is_refused() =>
        AdapterGate.Decide(Gain(80, 0, 70), Gain(80, 70, 70), "pumps-7", 0, General(29, 3.9), General(29, 3.9)).Promote.ShouldBeFalse();

    [Theory]
    [InlineData(29, 28, true)]
    [InlineData(29, 27, false)]
    [InlineData(29, 31, true)]
    public void More_than_two_points_of_general_knowledge_must_not_be_lost(int before, int after, bool promote) =>
        AdapterGate.Decide(Gain(80, 0, 70), null, null, 0, General(before, 3.9), General(after, 3.9)).Promote.ShouldBe(promote);

    [Fact]
    public void Too_few_questions_decide_nothing()
    {
        GateDecision decision = AdapterGate.Decide(Gain(19, 0, 19), null, null, 0, General(29, 3.9), General(29, 3.9));
        decision.Promote.ShouldBeFalse();
        decision.Reasons()[0].ShouldContain("with fewer than 20 questions nothing is decided by knowledge");
        decision.Reasons("es")[0].ShouldContain("con menos de 20 preguntas");
    }

    [Fact]
    public void Knowledge_that_was_not_measured_is_not_taken_for_kept() =>
        AdapterGate.Decide(Gain(80, 0, 70), null, null, 0, null, null).Promote.ShouldBeFalse();

    private static PairedDifference Gain(int items, int first, int second) => PairedDifference.Of(
        Enumerable.Range(0, items).Select(i => new PairedOutcome($"s{i % 20}", i < first, i < second)));

    private static RetentionResult General(int right, double loss) => new([.. Enumerable.Range(0, 60)
        .Select(i => new GeneralReply(new GeneralQuestion("en", $"q{i}", ["a"]), "", i < right))], loss, 1000);
}
