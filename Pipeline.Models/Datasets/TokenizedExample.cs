using Pipeline.Models.Text;

namespace Pipeline.Models.Datasets;

/// <summary>Ids to train on and, at the same places, the ids to learn.</summary>
/// <param name="InputIds">Prompt and answer of every turn.</param>
/// <param name="Labels">The same with <see cref="Ignored"/> where nothing is learned (prompts).</param>
public sealed record TokenizedExample(int[] InputIds, int[] Labels)
{
    /// <summary>Label of a position that does not count in the loss.</summary>
    public const int Ignored = -100;

    /// <summary>Where several examples were packed into one, the length of each; each counts its positions from 0.</summary>
    public IReadOnlyList<int> Parts { get; init; } = [];

    /// <summary>Whether none of the packed examples sees another one.</summary>
    public bool IsApart { get; init; }

    /// <summary>Number of positions that are learned.</summary>
    public int TargetTokens => Labels.Count(label => label != Ignored);

    /// <summary>
    /// The ids of an example: as one of <see cref="Encode"/>, or, where it is text to be continued, as the pieces of
    /// <see cref="Continuations"/>, so that nothing of it is cut off.
    /// </summary>
    /// <inheritdoc cref="Encode"/>
    public static IReadOnlyList<TokenizedExample> EncodeAll(InstructionExample example, ChatTemplate template, HubTokenizer tokenizer,
        int cutoffLength, bool trainOnPrompt = false, bool maskHistory = false)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(tokenizer);
        return example.Text is { } text ? Continuations(text, tokenizer, cutoffLength, tokenizer.LeadingTokenId)
            : [Encode(example, template, tokenizer, cutoffLength, trainOnPrompt, maskHistory)];
    }

    /// <summary>Text without a template, every id of it a label, in pieces of about equal length.</summary>
    /// <param name="text">The text; control tokens written in it stay text.</param>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="longest">Maximum ids in a piece.</param>
    /// <param name="first">Id that the model expects before a text, put before the first piece; null for none.</param>
    /// <returns>Pieces of two ids or more: of a single one nothing can be learned.</returns>
    public static IReadOnlyList<TokenizedExample> Continuations(string text, HubTokenizer tokenizer, int longest, int? first = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(tokenizer);
        ArgumentOutOfRangeException.ThrowIfLessThan(longest, 1);
        int[] ids = [.. first is { } id ? new[] { id } : [], .. tokenizer.Encode(text, allowSpecialTokens: false)];
        if (ids.Length == 0) return [];
        // Pieces of equal length rather than a stub at the end.
        int pieces = (ids.Length - 1) / longest + 1;
        return [.. Enumerable.Range(0, pieces)
            .Select(i => ids[(int)((long)ids.Length * i / pieces)..(int)((long)ids.Length * (i + 1) / pieces)])
            .Where(piece => piece.Length > 1).Select(piece => new TokenizedExample(piece, piece))];
    }

    /// <summary>Encodes an example and cuts it to a length as LLaMA-Factory's supervised processor does.</summary>
    /// <param name="example">The example.</param>
    /// <param name="template">Chat template of the model.</param>
    /// <param name="tokenizer">Tokenizer of the model.</param>
    /// <param name="cutoffLength">Maximum ids in the result (<c>cutoff_len</c>).</param>
    /// <param name="trainOnPrompt">Learns the questions too (<c>train_on_prompt</c>).</param>
    /// <param name="maskHistory">
    /// Learns only the last answer, and gives the last turns first claim on the length (<c>mask_history</c>).
    /// </param>
    public static TokenizedExample Encode(InstructionExample example, ChatTemplate template, HubTokenizer tokenizer, int cutoffLength,
        bool trainOnPrompt = false, bool maskHistory = false)
    {
        ArgumentNullException.ThrowIfNull(example);
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(tokenizer);
        int? end = template.EndsOnce ? template.EosTokenId(tokenizer) : null;
        if (end is not null && trainOnPrompt)
            throw new SettingsException("train_on_prompt", $"cannot be used together with template: {template.Name}, whose questions "
                + "have no end of their own; take the key out, or choose another template");
        IReadOnlyList<(int[] Prompt, int[] Response)> turns = template.EncodeMultiTurn(tokenizer, example.ToMessages(), example.System,
            example.Tools, dropsThoughts: maskHistory && !template.KeepsThoughts);
        List<TokenizedExample> kept = new();
        int length = end is null ? 0 : 1;
        foreach ((int[] prompt, int[] response) in maskHistory ? turns.Reverse() : turns)
        {
            if (length >= cutoffLength) break;
            (int promptLength, int responseLength) = Fit(prompt.Length, response.Length, cutoffLength - length);
            int[] question = prompt[..promptLength], answer = response[..responseLength];
            int[] learned = trainOnPrompt ? question : Nothing(promptLength);
            // The end of the turn before is learned where this one begins.
            if (end is { } mark && kept.Count > 0 && promptLength > 0) learned[0] = mark;
            kept.Add(new TokenizedExample([.. question, .. answer],
                [.. learned, .. maskHistory && kept.Count > 0 ? Nothing(responseLength) : answer]));
            length += promptLength + responseLength;
        }
        if (maskHistory) kept.Reverse();
        int[] last = end is { } id ? [id] : [];
        return new TokenizedExample(
            [.. kept.SelectMany(turn => turn.InputIds), .. last], [.. kept.SelectMany(turn => turn.Labels), .. last]);

        static int[] Nothing(int count) => [.. Enumerable.Repeat(Ignored, count)];
    }

    /// <summary>Shares a limit between prompt and answer: if one is short, it keeps all of its ids. Reference: infer_seqlen.</summary>
    internal static (int Prompt, int Response) Fit(int prompt, int response, int limit)
    {
        int most = response * 2 < limit ? limit
            : prompt * 2 < limit ? limit - prompt
            : (int)(limit * ((double)response / (prompt + response)));
        int keptResponse = Math.Min(most, response);
        return (Math.Min(Math.Max(limit - keptResponse, 0), prompt), keptResponse);
    }
}
