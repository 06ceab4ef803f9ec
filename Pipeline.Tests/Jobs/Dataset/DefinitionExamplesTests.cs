using Pipeline.Jobs.Dataset;

namespace Pipeline.Tests.Jobs.Dataset;

public sealed class DefinitionExamplesTests
{
    [Theory]
    [InlineData("The nominal voltage is 3.63 V.", "What is the nominal voltage?")]
    [InlineData("An equivalent full cycle is a throughput of twice the nominal capacity.", "What is an equivalent full cycle?")]
    [InlineData("The C-rate is the current divided by the nominal capacity.", "What is the C-rate?")]
    [InlineData("PUE means power usage effectiveness.", "What does PUE mean?")]
    [InlineData("Capacitive sensors are probes for water content.", "What are capacitive sensors?")]
    public void Definitions_become_questions(string sentence, string question) =>
        DefinitionExamples.Question(sentence).ShouldBe(question);

    [Theory]
    [InlineData("It is a thin film on the graphite.")]
    [InlineData("There are four cells per condition.")]
    [InlineData("This means that nothing is lost.")]
    [InlineData("The test is not a measure of quality.")]
    [InlineData("The valve that closes first is the upper one.")]
    [InlineData("What is a battery?")]
    public void Other_sentences_do_not(string sentence) =>
        DefinitionExamples.Question(sentence).ShouldBeNull();

    [Fact]
    public void Sentences_end_at_full_stops_but_not_at_abbreviations_and_decimals() =>
        SentenceText.Split("See Fig. 3 of Dr. Hall. The mass is 3.5 kg, i.e. more than before! Is it? Yes.")
            .ShouldBe(["See Fig. 3 of Dr. Hall.", "The mass is 3.5 kg, i.e. more than before!", "Is it?", "Yes."]);
}
