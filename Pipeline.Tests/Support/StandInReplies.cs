using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pipeline.Tests;

/// <summary>What a good model replies that knows planted facts, and the same with a fault put in.</summary>
public sealed partial class StandInReplies(IReadOnlyList<PlantedFact> facts)
{
    /// <summary>What a prompt asks for.</summary>
    public static string PurposeOf(string prompt) =>
        prompt.Contains("\"quote\": \"…\"}]}", StringComparison.Ordinal)
            && prompt.Contains("\"subject\"", StringComparison.Ordinal) ? "facts"
        : prompt.Contains("{\"fact\": 1", StringComparison.Ordinal) ? "questions"
        : prompt.Contains("\"key_points\"", StringComparison.Ordinal) ? "points"
        : prompt.Contains("\nRewrite the text", StringComparison.Ordinal) ? "rewrite"
        : prompt.Contains("Another section of the same document", StringComparison.Ordinal) ? "comparison"
        : prompt.Contains("\"refusal\"", StringComparison.Ordinal) ? "unanswerable"
        : prompt.Contains("\"answerable\"", StringComparison.Ordinal) ? "verify"
        : prompt.Contains("\nQ: the question", StringComparison.Ordinal) ? "small"
        : "chat";

    /// <summary>The reply to a call.</summary>
    public string Of(StandInCall call, StandInFault fault)
    {
        if (fault == StandInFault.Empty) return "";
        if (fault == StandInFault.Nonsense) return "I am sorry, but as a model of language I would rather talk about the weather.";
        PlantedFact[] known = [.. facts.Where(f => call.Prompt.Contains(f.Sentence, StringComparison.Ordinal))
            .OrderBy(f => call.Prompt.IndexOf(f.Sentence, StringComparison.Ordinal))];
        return call.Purpose switch
        {
            "facts" => Wrapped(new JsonObject { ["facts"] = FactsOf(known, fault) }, fault),
            "questions" => Questions(call.Prompt, fault),
            "points" => Wrapped(Points(known, fault), fault),
            "rewrite" => Rewritten(call.Prompt, known, fault),
            "comparison" => Wrapped(new JsonObject { ["questions"] = Comparison(known) }, fault),
            "unanswerable" => Wrapped(new JsonObject
            {
                ["questions"] = new JsonArray([.. Enumerable.Range(1, Count(call.Prompt)).Select(i => (JsonNode)new JsonObject
                {
                    ["question"] = $"Who paid for {(known.Length > 0 ? known[i % known.Length].Subject : "the work")} in year {i}?",
                    ["refusal"] = "The documents do not say that.",
                })]),
            }, fault),
            "verify" => Wrapped(Verify(call.Prompt), fault),
            "small" => facts.FirstOrDefault(f => call.Prompt.Contains(f.Sentence, StringComparison.Ordinal)) is { } fact
                ? $"Q: {fact.Wording(0).Question}\nA: {Faulty(fact.Wording(0).Answer, fault)}" : "Q: What?\nA: That.",
            _ => "Hello.",
        };
    }

    /// <summary>The value with another first digit, in place of every number.</summary>
    public static string WithOtherNumbers(string text) =>
        Number().Replace(text, number => (number.Value[0] == '9' ? "1" : (char)(number.Value[0] + 1) + "") + number.Value[1..]);

    private static JsonArray FactsOf(PlantedFact[] known, StandInFault fault) => new([.. known.Select(f => (JsonNode)new JsonObject
    {
        ["subject"] = f.Subject,
        ["attribute"] = f.Attribute,
        ["value"] = fault == StandInFault.WrongNumber ? WithOtherNumbers(f.Value) : f.Value,
        ["quote"] = fault == StandInFault.Ungrounded ? $"Everybody in town admires {f.Subject}." : f.Sentence,
    })]);

    private static string Questions(string prompt, StandInFault fault)
    {
        int wordings = Count(prompt);
        JsonArray groups = [];
        List<(string Question, string Answer)> all = [];
        foreach (Match line in Numbered().Matches(prompt))
        {
            PlantedFact fact = new(line.Groups["subject"].Value, line.Groups["attribute"].Value is { Length: > 0 } a ? a : "value",
                line.Groups["value"].Value.Trim());
            JsonArray questions = [];
            for (int i = 0; i < wordings; i++)
            {
                (string question, string answer) = fact.Wording(fault == StandInFault.Duplicate ? 0 : i);
                answer = Faulty(answer, fault);
                all.Add((question, answer));
                questions.Add(new JsonObject { ["question"] = question, ["answer"] = answer });
            }
            groups.Add(new JsonObject { ["fact"] = int.Parse(line.Groups["n"].Value, null), ["questions"] = questions });
        }
        return fault switch
        {
            StandInFault.PlainLines => string.Join("\n\n", all.Select((pair, i) => $"{i + 1}. Q: {pair.Question}\n   A: {pair.Answer}")),
            StandInFault.OtherShape => new JsonArray([.. all.Select(pair => (JsonNode)new JsonObject
            {
                ["Question"] = pair.Question,
                ["Response"] = pair.Answer,
            })]).ToJsonString(Relaxed),
            _ => Wrapped(new JsonObject { ["facts"] = groups }, fault),
        };
    }

    private static JsonObject Points(PlantedFact[] known, StandInFault fault) => new()
    {
        ["topic"] = known.Length > 0 ? $"facts about {known[0].Subject}" : "the text",
        ["key_points"] = new JsonArray([.. known.Take(4).Select(f => (JsonNode)Faulty(f.Sentence, fault))]),
        ["implications"] = new JsonArray([.. known.Take(1).Select(f => (JsonNode)new JsonObject
        {
            ["question"] = $"What follows from the {f.Attribute} of {f.Subject}?",
            ["answer"] = Faulty($"That {f.Subject} has {f.Value} as its {f.Attribute}.", fault),
            ["quote"] = fault == StandInFault.Ungrounded ? "Nobody has ever seen it." : f.Sentence,
        })]),
    };

    private static JsonArray Comparison(PlantedFact[] known) => known.Length < 2 ? [] : new(new JsonObject
    {
        ["question"] = $"How do {known[0].Subject} and {known[^1].Subject} differ?",
        ["answer"] = $"{known[0].Sentence} {known[^1].Sentence}",
    });

    private static string Rewritten(string prompt, PlantedFact[] known, StandInFault fault)
    {
        string style = prompt.Contains("in simple words", StringComparison.Ordinal) ? "Put simply: "
            : prompt.Contains("as briefly as possible", StringComparison.Ordinal) ? "In short: " : "In other words: ";
        string text = style + string.Join(' ', known.Select(f => Faulty(f.Wording(1).Answer, fault)));
        return fault switch
        {
            StandInFault.Chatter => $"Sure! Here is the rewritten text:\n\n{text}",
            StandInFault.Fences => $"```text\n{text}\n```",
            StandInFault.Thoughts => $"<think>\nI should keep {{all}} facts.\n</think>\n\n{text}",
            _ => text,
        };
    }

    private JsonObject Verify(string prompt)
    {
        Match pair = Judged().Match(prompt);
        string question = pair.Groups["q"].Value, answer = pair.Groups["a"].Value;
        PlantedFact? fact = facts.FirstOrDefault(f => prompt.Contains(f.Sentence, StringComparison.Ordinal)
            && question.Contains(f.Subject, StringComparison.Ordinal) && question.Contains(f.Attribute, StringComparison.Ordinal));
        return new JsonObject
        {
            ["answerable"] = fact is not null,
            ["correct"] = fact is not null && answer.Contains(fact.Value, StringComparison.Ordinal),
        };
    }

    private static string Faulty(string answer, StandInFault fault) => fault switch
    {
        StandInFault.WrongNumber => WithOtherNumbers(answer),
        StandInFault.WrongLanguage => "Das ist eine ausführliche Antwort, die leider in deutscher Sprache geschrieben worden ist.",
        StandInFault.Ungrounded => "It was designed by Leopold Brandauer in the harbour of Valparaiso.",
        _ => answer,
    };

    private static string Wrapped(JsonObject reply, StandInFault fault)
    {
        string json = reply.ToJsonString(Relaxed);
        return fault switch
        {
            StandInFault.Chatter => $"Sure! Here are [some] results, as you asked:\n\n{json}\n\nLet me know if you need more {{or less}}!",
            StandInFault.Fences => $"```json\n{reply.ToJsonString(Indented)}\n```",
            StandInFault.Thoughts => $"<think>\nThe user wants {{\"facts\"}}. Let me think.\n</think>\n{json}",
            StandInFault.CutJson => json[..(json.Length * 7 / 10)],
            StandInFault.Python => Python(reply),
            StandInFault.OtherShape => "{\"result\": {\"data\": " + json + "}}",
            _ => json,
        };
    }

    /// <summary>As Python prints dictionaries, with a comma too many.</summary>
    private static string Python(JsonNode? node) => node switch
    {
        JsonObject o => $"{{{string.Concat(o.Select(p => $"'{p.Key}': {Python(p.Value)}, "))}}}",
        JsonArray a => $"[{string.Concat(a.Select(item => $"{Python(item)}, "))}]",
        JsonValue v when v.TryGetValue(out string? text) => $"'{text.Replace("'", "\\'", StringComparison.Ordinal)}'",
        JsonValue v when v.TryGetValue(out bool truth) => truth ? "True" : "False",
        null => "None",
        _ => node.ToJsonString(),
    };

    /// <summary>How many a prompt asks for.</summary>
    private static int Count(string prompt) =>
        Wanted().Match(prompt) is { Success: true } match ? int.Parse(match.Groups["n"].Value, null) : 1;

    private static JsonSerializerOptions Relaxed { get; } =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonSerializerOptions Indented { get; } = new(Relaxed) { WriteIndented = true };

    [GeneratedRegex(@"(?m)^(?<n>\d+)\. (?<subject>[^,:\n]+)(?:, (?<attribute>[^:\n]+))?: (?<value>.+)$")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"(?m)(?:rite|fact write) (?<n>\d+) question")]
    private static partial Regex Wanted();

    [GeneratedRegex(@"(?m)^Question: (?<q>.*)\nAnswer: (?<a>.*)$")]
    private static partial Regex Judged();

    [GeneratedRegex(@"\d[\d.,]*")]
    private static partial Regex Number();
}
