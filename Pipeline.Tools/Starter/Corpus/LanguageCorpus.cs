using System.Text;
using Pipeline.Models.Text;

namespace Pipeline.Tools.Starter.Corpus;

/// <summary>Pages split into those to train on and those to measure on; no page is in both.</summary>
/// <param name="Training">Pages to learn from, in the order of their generator.</param>
/// <param name="HeldOut">Pages for measuring only.</param>
internal sealed record LanguageCorpus(IReadOnlyList<ProsePage> Training, IReadOnlyList<ProsePage> HeldOut)
{
    private const int HeldOutShare = 40;

    /// <summary>One page in forty is held out, chosen by its name; the rest is shuffled.</summary>
    public static LanguageCorpus Collect(IEnumerable<ProsePage> pages, Random random)
    {
        ILookup<bool, ProsePage> parts = pages.ToLookup(page => StableHash(page.Name) % HeldOutShare == 0);
        ProsePage[] training = [.. parts[false]];
        random.Shuffle(training);
        return new LanguageCorpus(training, [.. parts[true]]);
    }

    /// <summary>A page as text: headings marked, paragraphs separated.</summary>
    public static string Prose(ProsePage page)
    {
        StringBuilder text = new();
        foreach (ProseSection section in page.Sections)
        {
            if (section.Heading.Length > 0) text.Append("# ").Append(section.Heading).Append("\n\n");
            foreach (string paragraph in section.Paragraphs) text.Append(paragraph).Append("\n\n");
        }
        return text.ToString();
    }

    /// <summary>Ids of pages, each followed by its conversations, every text ended by the end-of-text token.</summary>
    /// <param name="pages">The pages.</param>
    /// <param name="tokenizer">Tokenizer with the chat tokens.</param>
    /// <param name="template">Format of the conversations.</param>
    /// <param name="random">Chooses the forms of the conversations.</param>
    /// <param name="endOfText">Id between texts.</param>
    public static IEnumerable<int[]> Tokenize(
        IEnumerable<ProsePage> pages, HubTokenizer tokenizer, ChatTemplate template, Random random, int endOfText)
    {
        InstructionWriter writer = new(random);
        foreach (ProsePage page in pages)
        {
            yield return [.. tokenizer.Encode(Prose(page), allowSpecialTokens: false), endOfText];
            foreach (Conversation conversation in page.Sections.SelectMany(writer.Write))
                yield return [.. TokenizeConversation(conversation, tokenizer, template), endOfText];
        }
    }

    private static IEnumerable<int> TokenizeConversation(Conversation conversation, HubTokenizer tokenizer, ChatTemplate template)
    {
        (int[] prompt, int[] response) = template.EncodeOneTurn(
            tokenizer, [new("user", conversation.Question), new("assistant", conversation.Answer)], conversation.System);
        return prompt.Concat(response);
    }

    /// <summary>FNV-1a: unlike <c>GetHashCode</c>, the same in every process.</summary>
    private static uint StableHash(string text) =>
        Encoding.UTF8.GetBytes(text).Aggregate(2166136261u, (hash, b) => (hash ^ b) * 16777619u);
}
