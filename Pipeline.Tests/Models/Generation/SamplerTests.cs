using CsCheck;
using Pipeline.Models;
using Pipeline.Models.Generation;

namespace Pipeline.Tests.Models.Generation;

public sealed class SamplerTests
{
    private static readonly float[] Scores = [1f, 3f, 2f, -1f, 0f];

    [Fact]
    public void Greedy_takes_the_likeliest_and_the_first_of_equals()
    {
        Next(new GenerationOptions(), Scores).ShouldBe(1);
        Next(new GenerationOptions(), [5f, 7f, 7f]).ShouldBe(1);
    }

    [Fact]
    public void Draws_follow_the_softmax_of_the_scores_over_the_temperature()
    {
        double[] expected = Softmax(Scores, 0.7);
        int[] counts = Count(new GenerationOptions { Temperature = 0.7, Seed = 3 }, 20_000);
        for (int i = 0; i < expected.Length; i++)
            (counts[i] / 20_000.0).ShouldBe(expected[i], 0.015);
    }

    [Fact]
    public void Top_k_draws_from_the_k_likeliest_only()
    {
        int[] counts = Count(new GenerationOptions { Temperature = 1, TopK = 2 }, 2_000);
        counts[1].ShouldBeGreaterThan(0);
        counts[2].ShouldBeGreaterThan(0);
        (counts[0] + counts[3] + counts[4]).ShouldBe(0);
    }

    [Theory]
    [InlineData(0.5, new[] { 1 })]
    [InlineData(0.8, new[] { 1, 2 })]
    [InlineData(0.95, new[] { 0, 1, 2 })]
    public void Top_p_draws_from_the_smallest_set_that_reaches_it(double topP, int[] allowed)
    {
        int[] counts = Count(new GenerationOptions { Temperature = 1, TopP = topP }, 3_000);
        Enumerable.Range(0, counts.Length).Where(i => counts[i] > 0).ShouldBe(allowed);
    }

    [Fact]
    public void Flat_distribution_is_cut_at_top_p_too()
    {
        // A thousand equal scores: the head is longer than any first guess at it.
        Sampler sampler = new(new GenerationOptions { Temperature = 1, TopP = 0.5, Seed = 9 }, [], 0);
        int different = Enumerable.Range(0, 5_000).Select(_ => sampler.Next(new float[1000])).Distinct().Count();
        different.ShouldBeInRange(490, 501);
    }

    [Fact]
    public void Repetition_penalty_divides_what_is_positive_and_multiplies_what_is_negative()
    {
        Sampler sampler = new(new GenerationOptions { RepetitionPenalty = 2 }, [1, 3], 0);
        float[] scores = [.. Scores];
        sampler.Next(scores).ShouldBe(2);
        scores.ShouldBe([1f, 1.5f, 2f, -2f, 0f]);
        sampler.Next([.. Scores]).ShouldBe(1, "what was chosen counts as seen: 3/2 beats 2/2");
    }

    [Fact]
    public void Same_seed_gives_the_same_draws_and_another_gives_others()
    {
        int[] Draws(long seed)
        {
            Sampler sampler = new(new GenerationOptions { Temperature = 1, Seed = seed }, [], 0);
            return [.. Enumerable.Range(0, 40).Select(_ => sampler.Next([.. Scores]))];
        }

        Draws(5).ShouldBe(Draws(5));
        Draws(5).ShouldNotBe(Draws(6));
    }

    [Fact]
    public void Any_scores_give_an_id_among_the_likeliest() =>
        Gen.Select(Gen.Float[-50, 50].Array[1, 300], Gen.Double[0.05, 1], Gen.Int[0, 20], Gen.Double[0.1, 3])
        .Sample((scores, topP, topK, temperature) =>
        {
            GenerationOptions options = new() { Temperature = temperature, TopP = topP, TopK = topK };
            int id = Next(options, scores);
            int better = scores.Count(s => s > scores[id]);
            id.ShouldBeInRange(0, scores.Length - 1);
            if (topK > 0)
                better.ShouldBeLessThan(topK);
            if (topK == 0 && topP < 1)
                Softmax(scores, temperature).Where((_, i) => scores[i] > scores[id]).Sum().ShouldBeLessThan(topP + 1e-6);
        });

    [Fact]
    public void Top_k_tells_scores_apart_whose_weights_are_equal()
    {
        for (long seed = 0; seed < 50; seed++)
        {
            Sampler sampler = new(new GenerationOptions { Temperature = 3, TopK = 2, Seed = seed }, [], 0);
            sampler.Next([5, -1e-41f, -8, -5, 0, -1]).ShouldBeOneOf(0, 4);
        }
    }

    [Fact]
    public void Values_out_of_range_are_listed_together()
    {
        GenerationOptions options = new()
        {
            MaxNewTokens = 0,
            Temperature = -1,
            TopP = 0,
            TopK = -1,
            RepetitionPenalty = 0,
            StopStrings = [""]
        };
        string message = Should.Throw<InputException>(options.Validate).Message;
        foreach (string name in new[] { "max_new_tokens is 0", "temperature is -1", "top_p is 0", "top_k is -1", "repetition_penalty is 0",
            "stop text is empty" })
            message.ShouldContain(name);
    }

    private static int Next(GenerationOptions options, float[] scores) => new Sampler(options, [], 0).Next([.. scores]);

    private static int[] Count(GenerationOptions options, int draws)
    {
        Sampler sampler = new(options, [], 0);
        int[] counts = new int[Scores.Length];
        for (int i = 0; i < draws; i++)
            counts[sampler.Next([.. Scores])]++;
        return counts;
    }

    private static double[] Softmax(float[] scores, double temperature)
    {
        double max = scores.Max();
        double[] weights = [.. scores.Select(s => Math.Exp((s - max) / temperature))];
        return [.. weights.Select(w => w / weights.Sum())];
    }
}
