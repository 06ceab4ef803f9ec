using Pipeline.Models.Generation;
using Pipeline.Models.Vision;

namespace Pipeline.Models.Batching;

/// <summary>A request from its arrival to its end.</summary>
internal sealed class BatchEntry
{
    private readonly HashSet<int> _endTokens;
    private readonly Sampler _sampler;
    private readonly GeneratedText _text;
    private readonly List<int> _answer = [];
    private readonly int _mostTokens;
    private bool _stopped;

    /// <exception cref="InputException">The prompt or an option cannot be used.</exception>
    public BatchEntry(BatchRequest request, BatchModel model, AdapterWeights? adapter, long mostTokensHeld, CancellationToken cancellation)
    {
        request.Options.Validate();
        PromptRules.Check(model.Decoder.Config, request.Prompt);
        if (request.Prompt.Count >= mostTokensHeld)
            throw new InputException(
                $"The prompt has {request.Prompt.Count} tokens, this server holds {mostTokensHeld} with the answer; shorten it, or give "
                + "the server more memory (Serving:MemoryMiB).");
        Request = request;
        Cancellation = cancellation;
        long longest = Math.Min(mostTokensHeld, model.Decoder.Config.MaxPositionEmbeddings);
        _mostTokens = (int)Math.Min(request.Options.MaxNewTokens, longest - request.Prompt.Count);
        _endTokens = [.. request.Options.StopTokenIds];
        if (!request.Options.IgnoreEndTokens)
            _endTokens.UnionWith(model.EndTokens);
        _sampler = new Sampler(request.Options, request.Prompt, 0);
        _text = new GeneratedText(model.Tokenizer, request.Options.StopStrings, request.OnText);
        (PlacedImage[] images, MropePositions? positions) = PromptImages.Place(request, model.Vision);
        Sequence = new BatchSequence(request.Prompt, adapter, images, positions);
        Sequence.UsesLong = Sequence.Tokens.Count >= model.Decoder.Rotary.FirstLong;
        // A sequence whose angles will change writes its blocks anew, so it shares none.
        if (Sequence.UsesLong || Sequence.Tokens.Count + _mostTokens < model.Decoder.Rotary.FirstLong)
            Prefix = PromptImages.Hashes(Sequence);
    }

    public BatchRequest Request { get; }

    public CancellationToken Cancellation { get; }

    public BatchSequence Sequence { get; }

    /// <summary>Hashes of the prompt's full blocks; none where blocks are not shared.</summary>
    public IReadOnlyList<PrefixHash> Prefix { get; } = [];

    /// <summary>Those of them that another prompt's blocks may stand for: the last token is always computed, for its scores.</summary>
    public IReadOnlyList<PrefixHash> Shareable => [.. Prefix.Take((Request.Prompt.Count - 1) / KvBlocks.Tokens)];

    /// <summary>Blocks for prompt and answer; the last token's keys are never needed.</summary>
    public int BlocksNeeded => KvBlocks.For(Request.Prompt.Count + _mostTokens - 1);

    /// <summary>Whether more than the newest token has to be computed.</summary>
    public bool IsPrompt => Sequence.Tokens.Count - Sequence.Computed > 1 || _answer.Count == 0;

    /// <summary>Cost of what was computed since the scheduler last asked, in tokens of a prompt.</summary>
    public double Cost { get; set; }

    /// <summary>Set once the answer is complete.</summary>
    public GenerationResult? Result { get; private set; }

    /// <summary>Set when this request failed by itself.</summary>
    public Exception? Failure { get; set; }

    /// <summary>Completed when the request has ended and holds no blocks.</summary>
    public TaskCompletionSource<GenerationResult> Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the client goes away.</summary>
    public CancellationTokenRegistration Watch { get; set; }

    /// <summary>Chooses the next token; what follows from it is up to <see cref="Take"/>.</summary>
    /// <param name="scores">[vocab], changed by the call.</param>
    public int Choose(Span<float> scores) => _sampler.Next(scores);

    /// <summary>Appends a chosen token to the answer, unless it ends it.</summary>
    public void Take(int id)
    {
        if (_endTokens.Contains(id))
        {
            _stopped = true;
        }
        else
        {
            _answer.Add(id);
            Sequence.Tokens.Add(id);
            _stopped = _text.Add(id);
        }
        if (_stopped || _answer.Count >= _mostTokens)
            Result = new GenerationResult(_text.Finish(), _answer, Request.Prompt.Count,
                _stopped ? GenerationResult.Stop : GenerationResult.Length);
    }

    /// <summary>Whether longrope's factors change with the newest token; all keys are computed anew then.</summary>
    public void Lengthen(long firstLong)
    {
        if (Sequence.UsesLong || Sequence.Tokens.Count < firstLong)
            return;
        Sequence.UsesLong = true;
        Sequence.Computed = 0;
    }
}
