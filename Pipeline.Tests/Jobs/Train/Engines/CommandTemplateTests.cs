using Pipeline.Jobs.Train;
using Pipeline.Jobs.Train.Engines;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Train.Engines;

public sealed class CommandTemplateTests
{
    private static readonly TrainingOrder Order = new(Guid.Empty, TrainingSettings.Empty, "/models/my model", "/w/dataset", null,
        "/w/train");

    [Theory]
    [InlineData("llamafactory-cli train {config}", "llamafactory-cli|train|/w/c.yaml")]
    [InlineData("  srun  --gres=gpu:8 env FORCE_TORCHRUN=1\tcli {config} ", "srun|--gres=gpu:8|env|FORCE_TORCHRUN=1|cli|/w/c.yaml")]
    [InlineData("x '{model}' \"a b\"'c d' e\\ f \"\" {config}", "x|/models/my model|a bc d|e f||/w/c.yaml")]
    [InlineData("x \"say \\\"hi\\\"\" '\\n' {config}:{output_dir}:{dataset_dir}", "x|say \"hi\"|\\n|/w/c.yaml:/w/train:/w/dataset")]
    [InlineData("ray job submit --runtime-env-json '{\"a\": {\"b\": 1}}' --id={run_id} {config}",
        "ray|job|submit|--runtime-env-json|{\"a\": {\"b\": 1}}|--id=00000000-0000-0000-0000-000000000000|/w/c.yaml")]
    [InlineData("ray job submit --submission-id {job_id} -- cli train {config}",
        "ray|job|submit|--submission-id|train-7|--|cli|train|/w/c.yaml")]
    [InlineData("x $(reboot) ; rm {config} > y", "x|$(reboot)|;|rm|/w/c.yaml|>|y")]
    public void A_template_becomes_words_and_nothing_in_a_value_a_word_of_its_own(string template, string words) =>
        string.Join('|', CommandTemplate.Parse(template, "Engines:x:Command").Fill("/w/c.yaml", Order, "train-7")).ShouldBe(words);

    [Theory]
    [InlineData("", "names no program; give for example: llamafactory-cli train {config}")]
    [InlineData("x {confg}",
        "{confg} is no placeholder; did you mean {config}? There are {config}, {dataset_dir}, {output_dir}, {model}, {run_id}, {job_id}")]
    [InlineData("x train", "has no {config}, so the program would not know what to train")]
    [InlineData("{model} {config}", "the program itself cannot be a placeholder")]
    [InlineData("x 'a {config}", "a quote (') is not closed")]
    public void Faults_name_the_setting(string template, string message) =>
        Should.Throw<InputException>(() =>
            CommandTemplate.Parse(template, "Engines:x:Command")).Message.ShouldBe("Engines:x:Command: " + message);
}
