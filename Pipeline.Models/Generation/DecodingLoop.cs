using Pipeline.Models.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Generation;

/// <summary>
/// Continues sequences token by token from the scores of their prompts, whatever the prompts consist of. How a token is fed
/// into the model is up to the caller.
/// </summary>
internal sealed class DecodingLoop
{
    private readonly HubTokenizer _tokenizer;
    private readonly GenerationOptions _options;
    private readonly HashSet<int> _endTokens;
    private readonly int _mostTokens;

    /// <param name="tokenizer">For the text of the results.</param>
    /// <param name="options">What is asked for.</param>
    /// <param name="endTokens">Ids that end the model's answers.</param>
    /// <param name="room">Tokens that fit into the model after the prompt.</param>
    public DecodingLoop(HubTokenizer tokenizer, GenerationOptions options, IEnumerable<int> endTokens, long room)
    {
        options.Validate();
        _tokenizer = tokenizer;
        _options = options;
        _endTokens = [.. options.StopTokenIds];
        if (!options.IgnoreEndTokens)
            _endTokens.UnionWith(endTokens);
        _mostTokens = (int)Math.Min(options.MaxNewTokens, room);
    }

    /// <summary>Generates until every row has ended.</summary>
    /// <param name="prompts">Tokens of each row.</param>
    /// <param name="firstScores">[batch, vocab], scores after the prompts; not disposed.</param>
    /// <param name="step">
    /// Feeds one token per row, [batch, 1] int64, and returns the scores after it, [batch, vocab]. Runs in a dispose scope of
    /// its own.
    /// </param>
    /// <param name="onText">Receives the text of row 0 piece by piece.</param>
    /// <param name="cancellation">Checked before each token.</param>
    /// <exception cref="OperationCanceledException">Cancelled; what was generated so far has been passed on.</exception>
    public GenerationResult[] Run(IReadOnlyList<IReadOnlyList<int>> prompts, Tensor firstScores, Func<Tensor, Tensor> step,
        Action<string>? onText, CancellationToken cancellation)
    {
        GenerationEvents.Started(prompts);
        Row[] rows = [.. prompts.Select((p, i) => new Row(p, new Sampler(_options, p, i),
            new GeneratedText(_tokenizer, _options.StopStrings, i == 0 ? onText : null)))];
        long[] fed = new long[rows.Length];
        Choose(rows, firstScores, fed);
        for (int count = 1; count < _mostTokens && rows.Any(r => r.Reason is null); count++)
        {
            cancellation.ThrowIfCancellationRequested();
            using DisposeScope scope = NewDisposeScope();
            Tensor ids = tensor(fed, device: firstScores.device).unsqueeze(1);
            Choose(rows, step(ids), fed);
        }
        return [.. rows.Select(r => new GenerationResult(r.Text.Finish(), r.Tokens, r.Prompt.Count, r.Reason ?? GenerationResult.Length))];
    }

    private void Choose(Row[] rows, Tensor scores, long[] fed)
    {
        using Tensor host = scores.to(ScalarType.Float32, CPU).contiguous();
        float[] all = host.data<float>().ToArray();
        int vocabulary = all.Length / rows.Length;
        for (int i = 0; i < rows.Length; i++)
        {
            Row row = rows[i];
            if (row.Reason is not null)
                continue;        // ended; it is fed its last token again, and the result is ignored
            int id = row.Sampler.Next(all.AsSpan(i * vocabulary, vocabulary));
            fed[i] = id;
            if (_endTokens.Contains(id))
            {
                row.Reason = GenerationResult.Stop;
                continue;
            }
            row.Tokens.Add(id);
            if (row.Text.Add(id))
                row.Reason = GenerationResult.Stop;
        }
    }

    private sealed record Row(IReadOnlyList<int> Prompt, Sampler Sampler, GeneratedText Text)
    {
        public List<int> Tokens { get; } = [];

        public string? Reason { get; set; }
    }
}
