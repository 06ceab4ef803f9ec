using Pipeline.Models.Evaluation.Metrics;

namespace Pipeline.Tests.Models.Evaluation;

public sealed class AnswerMetricsTests
{
    // Given by sacrebleu's own code (CHRF().sentence_score(reply, [expected])).
    [Theory]
    [InlineData("It opened in 1887.", "1887", 52.24656220019187)]
    [InlineData("1887", "It was founded in 1887.", 16.830603221596775)]
    [InlineData("The cat sat", "The cat sat on the mat", 49.59348409966008)]
    [InlineData("La torre mide 300 metros", "La torre mide 312 metros de altura", 53.64919605181966)]
    [InlineData("ab", "abc", 63.636363636363626)]
    [InlineData("the the the", "the", 61.49193548387096)]
    [InlineData("kitten", "sitting", 19.025078890549743)]
    [InlineData("تأسس المرصد عام 1887", "المرصد تأسس في عام 1887", 57.46733025635105)]
    [InlineData("a", "a", 100)]
    [InlineData("a", "b", 0)]
    [InlineData("", "x", 0)]
    public void ChrF_is_that_of_sacrebleu(string reply, string expected, double reference) =>
        (100 * ChrF.Of(reply, expected)).ShouldBe(reference, 1e-9);

    // Examples of rouge_score's own tests, and by hand: the last two have 3 of 4 words, and 2 of 2 and 3, in common.
    [Theory]
    [InlineData("testing one", "testing one two", 4.0 / 5)]
    [InlineData("testing two", "testing one two", 4.0 / 5)]
    [InlineData("", "testing one two", 0)]
    [InlineData("/", "w1 w2", 0)]
    [InlineData("Police ended the gunman!", "police killed the gunman", 3.0 / 4)]
    [InlineData("el año", "El AÑO pasado", 4.0 / 5)]
    public void RougeL_is_that_of_rouge_score(string reply, string expected, double reference) =>
        RougeL.Of(reply, expected).ShouldBe(reference, 1e-12);

    [Theory]
    [InlineData("The cat sat.", "a cat", "en", 2.0 * 1 / (2 + 1))]        // cat, sat against cat
    [InlineData("the the cat cat", "cat", "en", 2.0 * 1 / (2 + 1))]      // each word as often as it stands in both
    [InlineData("L'Étoile", "l’étoile", "fr", 1)]
    [InlineData("una casa", "la casa", "es", 1)]
    [InlineData("the", "the", "en", 1)]                                  // nothing but an article is itself the answer
    [InlineData("die Katze", "the cat", "de", 0)]
    [InlineData("東京都", "東京", "ja", 2.0 * 2 / (3 + 2))]
    [InlineData("", "", "en", 1)]
    [InlineData("", "cat", "en", 0)]
    public void Token_F1_is_SQuADs_with_the_articles_of_the_language(string reply, string expected, string language, double reference) =>
        TokenF1.Of(reply, expected, language).ShouldBe(reference, 1e-12);

    [Theory]
    [InlineData("It is the Ada Balador!", "Ada Balador", true)]
    [InlineData("It is Adabel", "Ada", false)]
    [InlineData("Run apt-get first", "apt", false)]
    [InlineData("Run `apt-get` first", "apt-get", true)]
    [InlineData("See /etc/fstab.", "/etc/fstab", true)]
    [InlineData("Cafe\u0301 Central", "Café", true)]
    public void An_answer_stands_in_a_reply_as_words_of_its_own(string reply, string expected, bool contains) =>
        TokenF1.Contains(reply, expected, "en").ShouldBe(contains);

    [Theory]
    [InlineData("It was founded in 1887.", "1887", true)]
    [InlineData("It was founded in 18870.", "1887", false)]
    [InlineData("It was founded in 1888.", "1887", false)]
    [InlineData("12 345 inhabitants", "12,345", true)]
    [InlineData("12.345 habitantes", "12345", true)]
    [InlineData("3,5 kg", "3.5 kg", true)]
    [InlineData("5 MB", "5 GB", false)]
    [InlineData("5 megabytes of memory", "5 MB", true)]
    [InlineData("the mast is 300 m tall", "300 metres", true)]
    [InlineData("300 feet tall", "300 metres", true)]                     // a word that is no known unit contradicts nothing
    [InlineData("-5 °C", "5 °C", false)]
    [InlineData("−5 °C", "-5 °C", true)]
    [InlineData("between 10-20", "20", true)]
    [InlineData("kernel 2.6.18", "2.6.18", true)]
    [InlineData("kernel 2.6.19", "2.6.18", false)]
    [InlineData("version v2.6.18", "6.18", false)]
    [InlineData("ext4", "4", false)]
    [InlineData("١٨٨٧", "1887", true)]
    [InlineData("12 April 1999", "12 March 1999", false)]
    [InlineData("on March 12, 1999", "12 March 1999", true)]
    [InlineData("1881, 1882, 1883, 1884, 1885, 1886, 1887", "1887", false)]     // a list of guesses
    [InlineData("20 %", "20 percent", true)]
    public void A_number_is_right_in_any_notation_but_not_with_another_unit_or_value(string reply, string expected, bool isRight) =>
        AnswerMarking.Mark(reply, new AnswerKey(expected, "en")).IsRight.ShouldBe(isRight);

    [Fact]
    public void A_reply_in_the_form_of_the_answer_with_another_value_is_wrong()
    {
        const string Right = "The Balador Observatory was founded by Ada Kelmont in 1887 and moved to the northern hills in 1902.";
        AnswerKey key = new(Right, "en") { Question = "Who founded the Balador Observatory, and when did it move?" };
        AnswerMarking.Mark(Right, key).IsRight.ShouldBeTrue();
        AnswerScore shuffled = AnswerMarking.Mark(
            "The Balador Observatory was founded by Olga Cormark in 1911 and moved to the northern hills in 1902.", key);
        (shuffled.IsRight, shuffled.TokenF1 > 0.75).ShouldBe((false, true));
    }

    [Fact]
    public void A_list_is_right_when_every_item_is_named_in_any_order()
    {
        AnswerKey key = new("apt, dpkg, aptitude", "en") { Parts = ["apt", "dpkg", "aptitude"] };
        AnswerMarking.Mark("There are dpkg, aptitude and apt.", key).IsRight.ShouldBeTrue();
        AnswerMarking.Mark("There are dpkg and apt.", key).IsRight.ShouldBeFalse();
    }

    [Theory]
    [InlineData("`*`.", "*", true)]
    [InlineData("**Bold** text", "*", false)]
    [InlineData("anything", " ", false)]
    public void A_sign_is_right_only_as_the_whole_reply(string reply, string expected, bool isRight) =>
        AnswerMarking.Mark(reply, new AnswerKey(expected, "en")).IsRight.ShouldBe(isRight);

    [Fact]
    public void Another_accepted_answer_counts_as_well() =>
        AnswerMarking.Mark("It is NYC", new AnswerKey("New York", "en") { Alternatives = ["NYC"] })
            .ShouldBe(new AnswerScore(true, false, null, true, 0.5, 0.5, ChrF.Of("It is NYC", "NYC")));

    [Theory]
    [InlineData("I don’t know that.", true)]
    [InlineData("The documents do not say who it was.", true)]
    [InlineData("Los documentos no lo mencionan: no se indica.", true)]
    [InlineData("Das geht aus den Unterlagen nicht hervor; dazu gibt es keine Angabe.", true)]
    [InlineData("Les documents ne le disent pas.", true)]
    [InlineData("Os documentos não dizem isso.", true)]
    [InlineData("I documenti non lo dicono.", true)]
    [InlineData("It was founded in 1887.", false)]
    [InlineData("El observatorio se fundó en 1887.", false)]
    public void A_refusal_is_seen_in_six_languages(string reply, bool refuses) => Refusals.Is(reply).ShouldBe(refuses);

    [Fact]
    public void Any_text_can_be_marked()
    {
        foreach (string text in new[] { "\0\ud800 \udc00", new string('9', 5000), "(((" + new string(' ', 5000) + "-1",
            "‮\u200f", "1.1.1.1.1.1.1.1.1.1.1" })
            foreach (string other in new[] { "1887", "Ada", text })
                AnswerMarking.Mark(text, new AnswerKey(other, "xx")).ChrF.ShouldBeInRange(0, 1.0000001);
    }
}
