using Pipeline.Models.Evaluation.Statistics;

namespace Pipeline.Tests.Models.Evaluation;

public sealed class StatisticsTests
{
    // Tables of Student's t, two-sided 95 %.
    [Theory]
    [InlineData(1, 12.7062)]
    [InlineData(2, 4.3027)]
    [InlineData(5, 2.5706)]
    [InlineData(10, 2.2281)]
    [InlineData(30, 2.0423)]
    [InlineData(120, 1.9799)]
    public void Quantiles_of_Students_t_are_those_of_the_tables(int freedom, double reference) =>
        StudentT.Quantile(0.975, freedom).ShouldBe(reference, 5e-5);

    // Newcombe, Statistics in Medicine 17 (1998), 857-872, table I, method 3.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0.0000, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Wilsons_interval_is_that_of_the_literature(int count, int total, double low, double high)
    {
        Proportion proportion = new(count, total);
        proportion.Low.ShouldBe(low, 5e-5);
        proportion.High.ShouldBe(high, 5e-5);
    }

    [Fact]
    public void The_spread_is_that_of_sections_and_not_of_questions()
    {
        // 8 sections of 10 questions. In the first list a section is gained as a whole or not at all, in the second its questions vary.
        PairedOutcome[] together = [.. from section in Enumerable.Range(0, 8)
            from item in Enumerable.Range(0, 10) select new PairedOutcome($"s{section}", false, section < 4)];
        PairedOutcome[] apart = [.. from section in Enumerable.Range(0, 8)
            from item in Enumerable.Range(0, 10) select new PairedOutcome($"s{section}", false, item < 5)];
        PairedDifference wide = PairedDifference.Of(together), narrow = PairedDifference.Of(apart);
        (wide.Mean, narrow.Mean, wide.Clusters, wide.Gained).ShouldBe((0.5, 0.5, 8, 40));
        // By hand: leaving out a section gives 3/7 or 4/7, so the jackknife variance is 7/8 · 8 · (1/14)² = 1/28; t of 7 is 2.3646.
        wide.High.ShouldBe(0.5 + 2.364624 / Math.Sqrt(28), 1e-5);
        wide.Low.ShouldBeInRange(0.02, 0.5 - 2.364624 / Math.Sqrt(28));        // Newcombe's over 7 questions is a little wider
        (narrow.High - narrow.Low).ShouldBeLessThan(0.6 * (wide.High - wide.Low));
    }

    [Fact]
    public void Where_everything_was_learned_the_bound_is_that_of_as_many_questions_as_sections()
    {
        PairedDifference all = PairedDifference.Of(Enumerable.Range(0, 80).Select(i => new PairedOutcome($"s{i / 4}", false, true)));
        all.Mean.ShouldBe(1);
        // 20 sections: Wilson's bounds are 0.839 and 0.161, and 1 - √(0.161² + 0.161²) is 0.772.
        all.Low.ShouldBe(0.772, 1e-3);
        all.High.ShouldBe(1);
    }

    [Fact]
    public void One_section_alone_gives_a_wide_interval_and_says_so()
    {
        PairedDifference one = PairedDifference.Of(Enumerable.Range(0, 40).Select(i => new PairedOutcome("s", false, i < 20)));
        one.Low.ShouldBeInRange(0.2, 0.4);
        Verdict.Of(one).Cautions().ShouldContain(text => text.Contains("1 section:", StringComparison.Ordinal));
    }

    [Fact]
    public void Without_questions_nothing_can_be_said()
    {
        PairedDifference none = PairedDifference.Of([]);
        (none.Low, none.High, Verdict.Of(none).Name).ShouldBe((-1, 1, "no_difference"));
        Verdict.Of(none).InWords("the base model").ShouldBe("no question in common with the base model: nothing can be said");
    }

    [Fact]
    public void The_verdict_names_its_bound_in_two_languages()
    {
        Verdict verdict = Verdict.Of(PairedDifference.Of(Enumerable.Range(0, 80).Select(i => new PairedOutcome("", false, i < 77))));
        verdict.Name.ShouldBe("better");
        verdict.InWords("the base model").ShouldStartWith("better than the base model: 77 of 80 questions right, 0 with the base model; "
            + "it gains 96.3 points (95 % interval ");
        verdict.InWords("el modelo base", "es").ShouldContain("gana 96,3 puntos");
        verdict.Cautions().ShouldBe(["only 80 questions in common: with fewer than 100 the interval is wide"]);
    }

    /// <summary>
    /// No gain, but sections in which one model happens to be luckier: what is simulated is the worst that the interval is made for.
    /// </summary>
    [Theory]
    [InlineData(20, 0.02)]
    [InlineData(20, 0.2)]
    [InlineData(20, 0.5)]
    [InlineData(8, 0.3)]
    [InlineData(60, 0.05)]
    public void An_adapter_without_gain_is_called_better_in_at_most_one_of_forty(int sections, double share)
    {
        const int Seeds = 4000;
        int better = Enumerable.Range(1, Seeds).Count(seed =>
            Verdict.Of(PairedDifference.Of(Simulated(seed, sections, share, share))).Outcome == VerdictOutcome.Better);
        // 2.5 %, and three standard errors of the count for the chance of 4,000 seeds.
        better.ShouldBeLessThanOrEqualTo((int)(0.025 * Seeds + 3 * Math.Sqrt(0.025 * 0.975 * Seeds)), $"{better} of {Seeds}");
    }

    [Fact]
    public void An_adapter_that_gains_thirty_points_over_eighty_questions_is_found()
    {
        int found = Enumerable.Range(1, 400).Count(seed =>
            Verdict.Of(PairedDifference.Of(Simulated(seed, 18, 0.02, 0.32).Take(80))).Outcome == VerdictOutcome.Better);
        found.ShouldBeGreaterThanOrEqualTo(380, $"{found} of 400");
    }

    // Sections of 1 to 8 questions; each model has an easy or a hard time in a section as a whole.
    private static IEnumerable<PairedOutcome> Simulated(int seed, int sections, double first, double second)
    {
        Random random = new(seed);
        for (int section = 0; section < sections; section++)
        {
            int items = random.Next(1, 9);
            double one = Luck(first), other = Luck(second);
            for (int item = 0; item < items; item++)
                yield return new PairedOutcome($"s{section}", random.NextDouble() < one, random.NextDouble() < other);
        }

        // Half of the sections have half the share and the others one and a half times as much.
        double Luck(double share) => share * (random.Next(2) == 0 ? 0.5 : 1.5);
    }
}
