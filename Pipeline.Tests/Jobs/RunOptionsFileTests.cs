using Pipeline.Jobs;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs;

public sealed class RunOptionsFileTests
{
    [Fact]
    public void Yaml_is_read_with_llama_factory_names_under_training()
    {
        RunOptions options = Load("""
            name: pumps
            base_model: models/phi4
            caption: {model: models/vl, max_new_tokens: 40}
            dataset:
              eval_fraction: 0.2
            training:
              lora_rank: 8
              learning_rate: 5.0e-4
              lora_target: [qkv_proj, o_proj]
              lr_scheduler_type: "cosine"
              lr_scheduler_kwargs: {num_cycles: 2}
            retrain: true
            """);
        options.Name.ShouldBe("pumps");
        options.Caption.MaxNewTokens.ShouldBe(40);
        options.Dataset.EvalFraction.ShouldBe(0.2);
        options.Retrain.ShouldBeTrue();
        options.Training.Given["lora_rank"].GetInt32().ShouldBe(8);
        options.Training.Given["learning_rate"].GetDouble().ShouldBe(5e-4);
        options.Training.Given["lora_target"].GetArrayLength().ShouldBe(2);
        options.Training.Given["lr_scheduler_kwargs"].GetProperty("num_cycles").GetInt32().ShouldBe(2);
        options.Training.Arguments.LoraTarget.ShouldBe(["qkv_proj", "o_proj"]);
        options.ReadFaults.ShouldBeEmpty();
        RunOptionsJson.Write(RunOptionsJson.Read(RunOptionsJson.Write(options))).ShouldBe(RunOptionsJson.Write(options));
    }

    [Fact]
    public void An_empty_file_means_the_defaults() => RunOptionsJson.Write(Load("")).ShouldBe(RunOptionsJson.Write(new RunOptions()));

    [Theory]
    [InlineData("base_mdel: x", "base_mdel: unknown name; did you mean base_model?")]
    [InlineData("caption: {promt: x}", "caption.promt: unknown name; did you mean caption.prompt?")]
    [InlineData("caption: yes please", "caption: expected a section of names and values, found the text 'yes please'")]
    [InlineData("caption: {max_new_tokens: many}", "caption.max_new_tokens: expected a whole number, found the text 'many'")]
    [InlineData("caption: {enabled: 1}", "caption.enabled: expected true or false, found the number 1")]
    [InlineData("base_model:", "base_model: expected a text, found null")]
    [InlineData("extraction: {ocr: always}", "extraction.ocr: expected auto or off or force, found the text 'always'")]
    [InlineData("extraction: {ocr: 1}", "extraction.ocr: expected auto or off or force, found the number 1")]
    [InlineData("training: [1]", "training: expected names and values, found a list")]
    [InlineData("- a\n- b", "options: expected names and values, found a list")]
    public void Faults_name_the_field_and_what_was_found(string text, string message) =>
        Load(text).ReadFaults.ShouldHaveSingleItem().ToString().ShouldBe(message);

    [Fact]
    public void All_faults_of_a_file_are_found()
    {
        RunOptions options = Load("""
            base_mdel: x
            caption: {promt: x, max_new_tokens: many, model: kept}
            retrain: 3
            """);
        options.ReadFaults.Select(fault => fault.Setting).ShouldBe(["base_mdel", "caption.promt", "caption.max_new_tokens", "retrain"]);
        options.Caption.ShouldBe(new() { Model = "kept" });
    }

    [Theory]
    [InlineData("a: [", "line 2: not YAML: ")]
    [InlineData("name: x\ntraining: {lora_target: [a\nretrain: true",
        "line 2 or after it: not YAML; look for a bracket or quote that is not closed")]
    public void What_is_no_yaml_is_refused_by_file_and_line(string text, string message)
    {
        string said = Should.Throw<InputException>(() => Load(text)).Message;
        said.ShouldContain("run.yaml: ");
        said.ShouldContain(message);
    }

    [Fact]
    public void A_missing_file_is_named() =>
        Should.Throw<InputException>(() =>
            RunOptionsFile.Load("/no/such/file.yaml")).Message.ShouldBe("/no/such/file.yaml: no readable configuration there");

    private static RunOptions Load(string text)
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder.File("run.yaml"), text);
        return RunOptionsFile.Load(folder.File("run.yaml"));
    }
}
