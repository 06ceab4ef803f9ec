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
        Choose().ShouldBe("jinja");
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
        TextOf(TemplateRule.Choose(_folder.Path, Config, _tokenizer)).ShouldBe(Phi3Jinja);
        File.WriteAllText(_folder.File("chat_template.jinja"), "{{ messages[0].content }}");
        TextOf(TemplateRule.Choose(_folder.Path, Config, _tokenizer)).ShouldBe("{{ messages[0].content }}");
        File.Delete(_folder.File("chat_template.jinja"));
        File.WriteAllText(_folder.File("tokenizer_config.json"), "{");
        Should.Throw<InputException>(() => TemplateRule.Choose(_folder.Path, Config,
            _tokenizer)).Message.ShouldContain("tokenizer_config.json: chat_template is not readable");
    }

    [Fact]
    public void A_jinja_that_cannot_be_read_is_refused_and_a_name_goes_before_it()
    {
        WriteJinja("{% for m in messages %}{% import 'x' as y %}{% endfor %}");
        string message = Should.Throw<InputException>(() => TemplateRule.Choose(_folder.Path, Config, _tokenizer)).Message;
        message.ShouldBe($"{_folder.File("tokenizer_config.json")}: the model's chat template cannot be used: line 1: 'import' is not "
            + "computed here; name another one as template (--template)");
        TemplateRule.Choose(_folder.Path, Config, _tokenizer, "alpaca").Template.Name.ShouldBe("alpaca");
    }

    [Fact]
    public void A_program_that_knows_names_alone_gets_the_named_template_most_like_the_models_own()
    {
        string model = _folder.File("model");
        FamilyModels.Write("phi4-tiny", model, Phi3Jinja);
        ChosenTemplate own = TemplateRule.Choose(model, Config, _tokenizer);
        ChosenTemplate named = TemplateRule.Named(own, model);
        (named.Template.Name, named.Warning).ShouldBe(("phi", null));

        ChosenTemplate strange = TemplateRule.Named(own with { Template = new JinjaChatTemplate("{{ '<start_of_turn>' }}", "test") },
            model);
        strange.Template.Name.ShouldBe("phi4_mini");
        strange.Warning!.ShouldContain("the model's chat template has no name; 'phi4_mini', the usual one of its family, is used");
        TemplateRule.Named(named, model).ShouldBe(named);
    }

    [Fact]
    public void An_adapter_records_the_text_of_the_models_own_template_and_goes_on_with_it()
    {
        ChatTemplate own = new JinjaChatTemplate(Phi3Jinja, "test").WithDefaultSystem("Be brief.");
        AdapterRecord.Create(_folder.Path, RecordedTemplate.Of(own));
        RecordedTemplate recorded = AdapterRecord.ReadTemplate(_folder.Path)!;
        recorded.ShouldBe(new RecordedTemplate("jinja", "Be brief.") { Jinja = Phi3Jinja });
        WriteJinja("{{ messages[0].content }}");
        ChosenTemplate chosen = TemplateRule.Choose(_folder.Path, Config, _tokenizer, recorded: recorded);
        (TextOf(chosen), chosen.Template.DefaultSystem).ShouldBe((Phi3Jinja, "Be brief."));

        // A row of a database names it alone: then it is the base's.
        TextOf(TemplateRule.Choose(_folder.Path, Config, _tokenizer, recorded: new RecordedTemplate("jinja")))
            .ShouldBe("{{ messages[0].content }}");
        File.Delete(_folder.File("tokenizer_config.json"));
        Should.Throw<InputException>(() => TemplateRule.Choose(_folder.Path, Config, _tokenizer, recorded: new RecordedTemplate("jinja")))
            .Message.ShouldContain("trained with its model's own chat template, which this folder lacks");
    }

    [Fact]
    public void A_template_that_another_program_left_beside_its_adapter_is_its_record()
    {
        WriteJinja(Phi3Jinja);
        TemplateRule.RecordedBy(_folder.Path).ShouldBe(new RecordedTemplate("jinja") { Jinja = Phi3Jinja });
        AdapterRecord.Create(_folder.Path, new RecordedTemplate("alpaca"));
        TemplateRule.RecordedBy(_folder.Path).ShouldBe(new RecordedTemplate("alpaca"));
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

    private static string TextOf(ChosenTemplate chosen) => chosen.Template.ShouldBeOfType<JinjaChatTemplate>().Jinja;

    private void WriteJinja<T>(T template) =>
        File.WriteAllText(_folder.File("tokenizer_config.json"),
        JsonSerializer.Serialize(new Dictionary<string, T> { ["chat_template"] = template }));
}
