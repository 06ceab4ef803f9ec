using System.Text.RegularExpressions;
using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Models.Evaluation;

/// <summary>
/// What a model still knows of the world: replies to the questions of <see cref="GeneralText.ForExamination"/>, and the loss of every
/// token of its prose. Measured on the base and on an adapter, the two say what a training cost.
/// </summary>
public static class GeneralKnowledge
{
    private const int LongestReply = 32; // tokens

    /// <summary>Measures a model with whatever adapter is attached.</summary>
    /// <param name="model">The model.</param>
    /// <param name="template">Chat template of the questions.</param>
    /// <param name="batchSize">Questions or paragraphs at a time.</param>
    /// <param name="stopping">Checked between batches and tokens.</param>
    /// <param name="languages">Of <see cref="GeneralText.Languages"/>; empty for all.</param>
    /// <exception cref="MissingPrerequisiteException">The set is not beside the program.</exception>
    public static GeneralResult Measure(LanguageModel model, ChatTemplate template, int batchSize, CancellationToken stopping,
        params IReadOnlyCollection<string> languages)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(languages);
        GeneralExamination set = GeneralText.ForExamination();
        GeneralQuestion[] questions = [.. set.Questions.Where(q => languages.Count == 0 || languages.Contains(q.Language))];
        string[] replies = Ask(model, template, [.. questions.Select(q => q.Question)], batchSize, LongestReply, stopping);
        Dictionary<string, LossResult> prose = set.Prose.Where(p => languages.Count == 0 || languages.Contains(p.Language))
            .GroupBy(paragraph => paragraph.Language).ToDictionary(group => group.Key, group => LossEvaluator.Evaluate(model.Decoder,
                [.. group.Select(paragraph => Whole(model.Tokenizer, paragraph.Text))], batchSize, stopping));
        return new GeneralResult([.. questions.Zip(replies, (question, reply) => new GeneralReply(question, reply,
            question.Answers.Any(answer => Holds(reply, answer))))], prose);
    }

    /// <summary>Greedy replies to questions without history.</summary>
    /// <param name="model">The model with whatever adapter is attached.</param>
    /// <param name="template">Chat template.</param>
    /// <param name="questions">What is asked.</param>
    /// <param name="batchSize">Questions at a time.</param>
    /// <param name="longest">Tokens after which a reply is cut.</param>
    /// <param name="stopping">Checked between tokens.</param>
    public static string[] Ask(LanguageModel model, ChatTemplate template, IReadOnlyList<string> questions, int batchSize, int longest,
        CancellationToken stopping)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(template);
        return [.. GreedyReplies.Of(model, template,
            questions.Select(q => template.EncodePrompt(model.Tokenizer, [new ChatMessage("user", q)])),
            batchSize, longest, stopping).Select(reply => reply.Text)];
    }

    private static TokenizedExample Whole(HubTokenizer tokenizer, string text)
    {
        int[] ids = tokenizer.Encode(text, allowSpecialTokens: false);
        return new TokenizedExample(ids, ids);
    }

    /// <summary>Whether an answer stands in a reply as words of its own, in any case: 7 does not stand in 17.</summary>
    public static bool Holds(string reply, string answer) => Regex.IsMatch(reply,
        $@"(?<![\p{{L}}\p{{N}}]){Regex.Escape(answer)}(?![\p{{L}}\p{{N}}])", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
