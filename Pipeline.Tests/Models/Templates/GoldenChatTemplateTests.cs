using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Templates;

namespace Pipeline.Tests.Models.Templates;

/// <summary>What transformers renders with chat templates, for every template and history of <c>chat-templates/cases.json</c>.</summary>
public sealed class GoldenChatTemplateTests
{
    private static readonly string CasesFile = Path.Combine(GoldenFiles.Root, "chat-templates", "cases.json");

    public static TheoryData<string> Templates =>
        File.Exists(CasesFile) ? [.. Read()["templates"]!.AsObject().Select(template => template.Key)] : [""];

    [Theory, MemberData(nameof(Templates))]
    public void Every_history_is_rendered_or_refused_as_by_the_reference(string name)
    {
        Assert.SkipWhen(name.Length == 0, $"{CasesFile} is not there");
        JsonNode root = Read(), own = root["templates"]![name]!;
        JinjaChat chat = new((string)own["template"]!, name);
        foreach (JsonNode? history in root["histories"]!.AsArray())
        {
            JsonNode expected = own["cases"]![(string)history!["name"]!]!;
            JinjaChatArguments arguments = ArgumentsOf(history.AsObject(), own);
            string Rendered() => chat.Render(history["messages"]!.AsArray(), arguments);
            if (expected["text"] is { } text)
                Rendered().ShouldBe((string?)text, $"{name}, {history["name"]}");
            else
            {
                string message = Should.Throw<InputException>(Rendered, $"{name}, {history["name"]}").Message;
                if ((string?)expected["error"] == "the template refuses") message.ShouldBe((string?)expected["message"]);
            }
        }
    }

    private static JinjaChatArguments ArgumentsOf(JsonObject history, JsonNode template)
    {
        string[] own = ["name", "messages", "add_generation_prompt", "continue_final_message", "tools"],
            tokens = ["bos_token", "eos_token"];
        return new JinjaChatArguments
        {
            AddGenerationPrompt = (bool)history["add_generation_prompt"]!,
            ContinueFinalMessage = (bool?)history["continue_final_message"] ?? false,
            Tools = history["tools"],
            SpecialTokens = tokens.Where(token => template[token] is not null)
                .ToDictionary(token => token, token => (string)template[token]!),
            Others = history.Where(pair => !own.Contains(pair.Key)).ToDictionary(pair => pair.Key, pair => pair.Value),
        };
    }

    private static JsonNode Read() => JsonNode.Parse(File.ReadAllText(CasesFile)) ?? throw new JsonException("null");
}
