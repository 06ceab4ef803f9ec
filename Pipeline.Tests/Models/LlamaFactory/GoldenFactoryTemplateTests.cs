using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pipeline.Models;
using Pipeline.Models.Datasets;
using Pipeline.Models.Text;

namespace Pipeline.Tests.Models.LlamaFactory;

/// <summary>Templates give the ids and labels that LLaMA-Factory gives, for whatever conversations and options a folder holds.</summary>
public sealed partial class GoldenFactoryTemplateTests
{
    public static TheoryData<string> Files => [.. FactoryFiles.Names("templates", name => name != "conversations")];

    [Theory]
    [MemberData(nameof(Files))]
    public void Conversations_become_the_same_ids_and_labels(string file)
    {
        Assert.SkipWhen(file == FactoryFiles.None, $"{FactoryFiles.Root}/templates is not there");
        JsonElement conversations = FactoryFiles.Read("templates", "conversations"), expected = FactoryFiles.Read("templates", file);
        ChatTemplate named = ChatTemplate.Get(expected.GetProperty("template").GetString()!);
        TemplateTokens tokens = TemplateTokens.Prepare(named, FactoryFiles.Tokenizer(expected.Text("tokenizer")!, named.Name));
        CheckTokens(named, tokens, expected);

        List<string> failures = new();
        JsonElement[] cases = [.. expected.GetProperty("cases").EnumerateArray()];
        foreach (JsonElement one in cases)
            if (Difference(named, tokens.Tokenizer, conversations, one) is { } difference)
                failures.Add($"{one.Text("conversation")} {one.GetProperty("options")}: {difference}");
        FactoryFiles.Report(file, cases.Length, failures);
    }

    private static void CheckTokens(ChatTemplate template, TemplateTokens tokens, JsonElement expected)
    {
        JsonElement known = expected.GetProperty("tokens");
        foreach ((string role, int? id) in (IEnumerable<(string, int?)>)[("bos", tokens.Tokenizer.BosTokenId),
            ("eos", tokens.Tokenizer.EosTokenId), ("pad", tokens.Tokenizer.PadTokenId)])
            id.ShouldBe(known.GetProperty(role)[1] is { ValueKind: JsonValueKind.Number } number ? number.GetInt32() : null, role);
        template.StopTokenIds(tokens.Tokenizer).Order().ShouldBe(known.Ids("stop_ids").Order());
        tokens.Added.ShouldBe(expected.GetProperty("added").EnumerateArray().Select(added => (added[0].GetString()!, added[1].GetInt32())));
    }

    private static string? Difference(ChatTemplate named, HubTokenizer tokenizer, JsonElement conversations, JsonElement one)
    {
        JsonElement options = one.GetProperty("options"), talk = conversations.GetProperty(one.GetProperty("conversation").GetString()!);
        bool refuses = one.TryGetProperty("error", out JsonElement error);
        TokenizedExample encoded;
        try
        {
            InstructionExample example = new("", "", "")
            {
                System = talk.Text("system"),
                Tools = talk.Text("tools"),
                Turns = [.. talk.GetProperty("messages").EnumerateArray()
                    .Select(message => new ChatMessage(message.Text("role")!, message.Text("content")!))],
            };
            encoded = TokenizedExample.Encode(example, WithOptions(named, options) with { Day = DayIn(one, tokenizer) }, tokenizer,
                options.Number("cutoff_len", 2048), options.Flag("train_on_prompt"), options.Flag("mask_history"));
        }
        catch (InputException e)
        {
            return refuses ? null : $"refused: {e.Message}";
        }
        if (refuses) return $"taken, and LLaMA-Factory refuses it ({error})";
        int[] ids = one.Ids("input_ids"), labels = one.Ids("labels");
        if (!encoded.InputIds.SequenceEqual(ids))
            return $"\n  {tokenizer.Decode(encoded.InputIds, false)}\n  {tokenizer.Decode(ids, false)}";
        return encoded.Labels.SequenceEqual(labels) ? null
            : $"labels\n  {string.Join(' ', encoded.Labels)}\n  {string.Join(' ', labels)}";
    }

    private static ChatTemplate WithOptions(ChatTemplate named, JsonElement options)
    {
        ChatTemplate formatted = named.WithDefaultSystem(options.Text("default_system")).WithToolFormat(options.Text("tool_format"));
        return formatted with
        {
            Thinking = !options.TryGetProperty("enable_thinking", out JsonElement thinking) ? true
                : thinking.ValueKind == JsonValueKind.Null ? null : thinking.GetBoolean(),
            KeepsThoughts = options.Flag("preserve_thinking"),
            ControlTokens = options.Flag("split_special_tokens") ? ControlTokens.Nowhere : ControlTokens.Everywhere,
        };
    }

    // The tools text of some formats holds the day on which the ids were made.
    private static DateOnly? DayIn(JsonElement one, HubTokenizer tokenizer) =>
        one.TryGetProperty("input_ids", out _) && Today().Match(tokenizer.Decode(one.Ids("input_ids"), false)) is { Success: true } day
            ? DateOnly.ParseExact(day.Groups["day"].Value, "dd MMM yyyy", CultureInfo.InvariantCulture) : null;

    [GeneratedRegex(@"Today Date: (?<day>\d\d \w{3} \d{4})\n")]
    private static partial Regex Today();
}
