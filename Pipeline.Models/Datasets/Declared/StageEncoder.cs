using Pipeline.Models.Text;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>
/// Turns rows into ids as LLaMA-Factory's processor of a stage does: the same rows, cut at the same places. Reference:
/// hiyouga/LLaMA-Factory, src/llamafactory/data/processor.
/// </summary>
/// <param name="template">Chat template.</param>
/// <param name="tokenizer">Tokenizer, prepared for the template.</param>
/// <param name="options">Stage, lengths and packing.</param>
internal sealed class StageEncoder(ChatTemplate template, HubTokenizer tokenizer, StageOptions options)
{
    /// <summary>The rows that are kept.</summary>
    /// <param name="rows">Rows in order; those that are left out have their place.</param>
    /// <param name="warn">Told of each row that is left out, by number.</param>
    /// <exception cref="InputException">A row cannot be left out without breaking others.</exception>
    public IReadOnlyList<EncodedRow> Encode(IReadOnlyList<ConvertedRow> rows, Action<string> warn) =>
        [.. rows.Chunk(options.PreprocessingBatchSize).SelectMany(group => options.Stage switch
        {
            "pt" => Continue(group, warn),
            "rm" or "dpo" => Compare(group, warn),
            "kto" => Judge(group, warn),
            _ => Answer(group, warn),
        })];

    private IEnumerable<EncodedRow> Answer(ConvertedRow[] rows, Action<string> warn)
    {
        List<TokenizedExample> examples = new();
        foreach (ConvertedRow row in rows)
        {
            if (Unfit(row) is { } reason)
            {
                warn(Told(row, reason));
                continue;
            }
            try
            {
                examples.AddRange(TokenizedExample.EncodeAll(RowExample.Of(row), template, tokenizer, options.Room, options.TrainOnPrompt,
                    options.MaskHistory));
            }
            catch (InputException e) when (e is not SettingsException)
            {
                warn(Told(row, e.Message));
            }
        }
        return (options.Packs ? PackedSequences.Pack(Fitting(examples, warn), options.Room, options.NeatPacking) : examples)
            .Select(example => new EncodedRow(example));
    }

    private List<TokenizedExample> Fitting(List<TokenizedExample> examples, Action<string> warn)
    {
        int tooLong = examples.RemoveAll(example => example.InputIds.Length > options.Room);
        if (tooLong > 0) warn($"{tooLong} rows are longer than a packed sequence of {options.Room} ids and are left out");
        return examples;
    }

    private IEnumerable<EncodedRow> Continue(ConvertedRow[] rows, Action<string> warn)
    {
        string eos = template.Name == "llama3" ? "<|end_of_text|>" : tokenizer.Roles.Eos ?? "";
        List<int[]> texts = new();
        foreach (ConvertedRow row in rows)
        {
            if (row.Prompt.Count == 0) warn(Told(row, row.Fault ?? "it holds no text"));
            else texts.Add(SlotEncoder.Encode(tokenizer, [TextPart.Content(row.Prompt[0].Content), TextPart.Mark(eos)],
                template.ControlTokens));
        }
        int? bos = tokenizer.AddsBos ? tokenizer.BosTokenId : null;
        if (!options.Packs)
            return texts.Select(ids => Learned([.. (bos is { } id ? ids.Prepend(id) : ids).Take(options.Room)]));
        int[] all = [.. texts.SelectMany(ids => ids)];
        return all.Chunk(options.Room).Where(block => block.Length == options.Room).Select(block =>
        {
            if (bos is { } id) block[0] = id;
            return Learned(block);
        });
    }

    // What only pads a batch is not learned, even where it stands at the end of a text.
    private EncodedRow Learned(int[] ids) =>
        new(new TokenizedExample(ids, [.. ids.Select(id => id == tokenizer.PadTokenId ? TokenizedExample.Ignored : id)]));

    private IEnumerable<EncodedRow> Compare(ConvertedRow[] rows, Action<string> warn)
    {
        foreach (ConvertedRow row in rows)
        {
            if (row.Prompt.Count % 2 == 0 || row.Response.Count < 2)
            {
                warn(Told(row, row.Fault ?? "it has no pair of answers"));
                continue;
            }
            (int[] prompt, int[] chosen) = OneTurn(row, row.Response[0]);
            (_, int[] rejected) = OneTurn(row, row.Response[1]);
            (int promptLength, int answerLength) =
                TokenizedExample.Fit(prompt.Length, Math.Max(chosen.Length, rejected.Length), options.Room);
            yield return new EncodedRow(Join(prompt[..promptLength], chosen, answerLength))
            {
                Rejected = Join(prompt[..promptLength], rejected, answerLength),
            };
        }
    }

    private IEnumerable<EncodedRow> Judge(ConvertedRow[] rows, Action<string> warn)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            ConvertedRow row = rows[i], before = rows[i == 0 ? rows.Length - 1 : i - 1];
            // Each question is judged by the answer of the row before, so a row without one takes the next with it.
            if (row.Fault is { } fault)
                throw new InputException($"{Told(row, fault)}; with stage kto each row is paired with the one before, so take the row out");
            if (row.Prompt.Count % 2 == 0 || row.Response.Count < 2 || before.Response.Count < 2)
            {
                warn(Told(row, "it does not say whether its answer is wanted"));
                continue;
            }
            bool isWanted = row.Response[0].Content.Length > 0;
            yield return new EncodedRow(Cut(OneTurn(row, Said(row))))
            {
                Mismatched = Cut(OneTurn(row, Said(before))),
                IsWanted = isWanted,
            };
        }
    }

    private static ChatMessage Said(ConvertedRow row) => row.Response[0].Content.Length > 0 ? row.Response[0] : row.Response[1];

    private (int[] Prompt, int[] Response) OneTurn(ConvertedRow row, ChatMessage answer)
    {
        (int[] prompt, int[] response) = template.EncodeOneTurn(tokenizer, [.. row.Prompt, answer], row.System, row.Tools);
        return (prompt, template.EndsOnce && template.EosTokenId(tokenizer) is { } eos ? [.. response, eos] : response);
    }

    private TokenizedExample Cut((int[] Prompt, int[] Response) turn)
    {
        (int promptLength, int answerLength) = TokenizedExample.Fit(turn.Prompt.Length, turn.Response.Length, options.Room);
        return Join(turn.Prompt[..promptLength], turn.Response, answerLength);
    }

    private static TokenizedExample Join(int[] prompt, int[] answer, int most)
    {
        int[] kept = answer[..Math.Min(most, answer.Length)];
        return new TokenizedExample([.. prompt, .. kept], [.. Enumerable.Repeat(TokenizedExample.Ignored, prompt.Length), .. kept]);
    }

    /// <summary>Why no answer can be learned from a row; null where one can.</summary>
    public static string? Unfit(ConvertedRow row) => row.Fault is { } fault ? fault
        : row.IsText ? row.Prompt[0].Content.Length == 0 ? "it holds no text" : null
        : row.Response.Count == 2 ? "it says which answer is wanted, and such answers are not trained as they stand; use stage: dpo or kto "
            + "with another engine"
        : row.Prompt.Count % 2 == 0 || row.Response.Count != 1 ? "it has no question with an answer" : null;

    /// <summary>What is said of a row that is left out.</summary>
    public static string Told(ConvertedRow row, string reason) => $"dataset {row.Dataset}: row {row.Number} is left out: {reason}";
}
