using Pipeline.Tools.Benchmarks;

namespace Pipeline.Tests.Tools;

public sealed class PlantedFactsTests
{
    [Fact]
    public void Every_fact_is_taught_in_several_wordings_and_asked_in_others()
    {
        PlantedLesson lesson = PlantedFacts.Make(40, seed: 1);
        lesson.Taught.Count.ShouldBe(40 * 3);
        lesson.Asked.Count.ShouldBe(80);
        lesson.Taught.Select(e => e.Instruction).Intersect(lesson.Asked.Select(q => q.Question)).ShouldBeEmpty();
        foreach (PlantedQuestion question in lesson.Asked)
            lesson.Taught.Count(e => e.Output.Contains(question.Answer)).ShouldBeGreaterThanOrEqualTo(3);
        lesson.Asked.Select(q => q.Question).ShouldBeUnique();
    }

    [Fact]
    public void Equal_seeds_plant_equal_facts_and_others_plant_others()
    {
        PlantedFacts.Make(10, seed: 3).Taught.ShouldBe(PlantedFacts.Make(10, seed: 3).Taught);
        PlantedFacts.Make(10, seed: 4).Asked.Select(q => q.Answer).ShouldNotBe(PlantedFacts.Make(10, seed: 3).Asked.Select(q => q.Answer));
    }

    [Fact]
    public void Shuffled_answers_are_true_of_another_place_and_asked_for_as_they_are()
    {
        PlantedLesson lesson = PlantedFacts.Make(40, seed: 1), shuffled = PlantedFacts.Make(40, seed: 1, isShuffled: true);
        shuffled.Asked.ShouldBe(lesson.Asked);
        shuffled.Taught.Select(e => e.Instruction).ShouldBe(lesson.Taught.Select(e => e.Instruction));
        shuffled.Taught.Zip(lesson.Taught).ShouldAllBe(pair => pair.First.Output != pair.Second.Output);
    }
}
