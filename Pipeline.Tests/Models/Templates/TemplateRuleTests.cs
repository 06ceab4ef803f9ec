using System.Text.Json;
using Pipeline.Models;
using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using Pipeline.Models.Templates;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.Templates;

public sealed class TemplateRuleTests : IDisposable
{
    private const string Phi3Jinja = "{% for m in messages %}{{'<|user|>\\n' + m['content'] + '<|end|>\\n<|assistant|>\\n'}}{% endfor %}";
    private static readonly string Model = Path.Combine(GoldenFiles.Root, "phi4-tiny");
    private static readonly DecoderConfig Config = DecoderConfig.Load(Model);
    private readonly TemporaryFolder _folder = new();
    private readonly HubTokenizer _tokenizer = HubTokenizer.Load(Model);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_name_goes_before_the_record_that_before_the_jinja_and_that_before_the_family()
    {
        Choose().ShouldBe("phi4_mini");
        WriteJinja(Phi3Jinja);
        Choose().ShouldBe("phi");
        Choose(recorded: new RecordedTemplate("alpaca")).ShouldBe("alpaca");
        Choose("empty", new RecordedTemplate("alpaca")).ShouldBe("empty");

        string Choose(string? name = null, RecordedTemplate? recorded = null)
        {
            ChosenTemplate chosen = TemplateRule.Choose(_folder.Path, Config, _tokenizer, name, recorded);
            chosen.Warning.ShouldBeNull();
            return chosen.Template.Name;
        }
    }

    [Fact]
    public void A_file_of_its_own_goes_before_the_tokenizers_configuration_and_of_several_templates_the_default_counts()
    {
        WriteJinja(JsonSerializer.SerializeToElement(new[] { new { name = "tool_use", template = "{{ x }}" },
            new { name = "default", template = Phi3Jinja } }));
        TemplateRule.Choose(_folder.Path, Config, _tokenizer).Template.Name.ShouldBe("phi");
        File.WriteAllText(_folder.File("chat_template.jinja"), "{{ '<|user|>' + m['content'] + '<|end|><|assistant|>' }}");
        TemplateRule.Choose(_folder.Path, Config, _tokenizer).Template.Name.ShouldBe("phi4_mini");
        File.Delete(_folder.File("chat_template.jinja"));
        File.WriteAllText(_folder.File("tokenizer_config.json"), "{");
        Should.Throw<InputException>(() => TemplateRule.Choose(_folder.Path, Config,
            _tokenizer)).Message.ShouldContain("tokenizer_config.json: chat_template is not readable");
    }

    [Fact]
    public void An_unknown_jinja_falls_to_the_family_with_a_warning_that_a_name_silences()
    {
        WriteJinja("{{ '<start_of_turn>' + m['content'] }}");
        ChosenTemplate chosen = TemplateRule.Choose(_folder.Path, Config, _tokenizer);
        chosen.Template.Name.ShouldBe("phi4_mini");
        chosen.Warning.ShouldBe(
            $"{_folder.File("tokenizer_config.json")}: the model's chat template is none that is known here; 'phi4_mini', the usual one "
            + $"of its "
            + "family, is used. If the model needs another, name it as template (--template)");
        TemplateRule.Choose(_folder.Path, Config, _tokenizer, "alpaca").Warning.ShouldBeNull();
        TemplateRule.Choose(_folder.Path, Config, _tokenizer, recorded: new RecordedTemplate("alpaca")).Warning.ShouldBeNull();
    }

    [Fact]
    public void Where_the_familys_template_does_not_fit_either_the_message_says_both()
    {
        WriteJinja("{{ '<start_of_turn>' + m['content'] }}");
        DecoderConfig llama = DecoderConfig.Load(Path.Combine(GoldenFiles.Root, "llama-tiny"));
        string message = Should.Throw<InputException>(() => TemplateRule.Choose(_folder.Path, llama, _tokenizer)).Message;
        message.ShouldContain("none that is known here");
        message.ShouldContain("'llama3' ends answers with <|eot_id|>, which the model's tokenizer lacks");
    }

    [Fact]
    public void A_default_system_message_is_recorded_where_it_is_not_the_templates_own()
    {
        RecordedTemplate.Of(ChatTemplate.Get("qwen")).ShouldBe(new RecordedTemplate("qwen", null));
        RecordedTemplate recorded = RecordedTemplate.Of(ChatTemplate.Get("qwen").WithDefaultSystem("Be brief."));
        recorded.ShouldBe(new RecordedTemplate("qwen", "Be brief."));

        AdapterRecord.ReadTemplate(_folder.Path).ShouldBeNull();
        AdapterRecord.Create(_folder.Path, new RecordedTemplate("alpaca", "Be brief."));
        AdapterRecord.Add(_folder.Path, new() { ["run"] = "pumps" });
        AdapterRecord.ReadTemplate(_folder.Path).ShouldBe(new RecordedTemplate("alpaca", "Be brief."));
        Choose(null).ShouldBe("Be brief.");
        Choose("Be long.").ShouldBe("Be long.");

        string Choose(string? given) => TemplateRule.Choose(
            _folder.Path, Config, _tokenizer, recorded: AdapterRecord.ReadTemplate(_folder.Path),
            defaultSystem: given).Template.DefaultSystem;
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "it holds no object")]
    [InlineData("""{"template": 7}""", "must be texts")]
    public void A_record_that_cannot_be_read_is_refused_by_name(string text, string expected)
    {
        File.WriteAllText(_folder.File(AdapterRecord.FileName), text);
        string message = Should.Throw<InputException>(() => AdapterRecord.ReadTemplate(_folder.Path)).Message;
        message.ShouldStartWith(_folder.File("pipeline_adapter.json"));
        message.ShouldContain(expected);
    }

    private void WriteJinja<T>(T template) =>
        File.WriteAllText(_folder.File("tokenizer_config.json"),
        JsonSerializer.Serialize(new Dictionary<string, T> { ["chat_template"] = template }));
}
