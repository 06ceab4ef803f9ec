using System.Diagnostics;
using Pipeline.Models.Datasets;
using Pipeline.Models.Evaluation.Metrics;
using Pipeline.Models.Families;
using Pipeline.Models.Generation;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Loop;

namespace Pipeline.Models.Evaluation.Examination;

/// <summary>The examination of one side; its adapter is attached by whoever holds it.</summary>
internal sealed class ExaminationRound
{
    private readonly LanguageModel _model;
    private readonly ChatTemplate _template;
    private readonly ExamSide _side;
    private readonly IReadOnlyList<ExamItem> _items, _control;
    private readonly ExamItem[] _open;
    private readonly ExaminationOptions _options;
    private readonly ReplyJournal _journal;
    private readonly TokenizedExample[] _heldOut;
    private readonly int _general;

    public ExaminationRound(LanguageModel model, ChatTemplate template, ExamSide side, IReadOnlyList<ExamItem> items,
        IReadOnlyList<ExamItem> control, ExaminationOptions options, ReplyJournal journal)
    {
        (_model, _template, _side, _items, _control, _options, _journal) = (model, template, side, items, control, options, journal);
        _open = options.OpenBook ? Spread([.. items.Where(item => item.Answerable && item.Context.Length > 0)], options.OpenBookItems) : [];
        int cutoff = Math.Min(options.CutoffLen, model.Decoder.Config.MaxPositionEmbeddings);
        _heldOut = [.. options.HeldOut.Select(example => TokenizedExample.Encode(example, template, model.Tokenizer, cutoff))
            .Where(example => TrainingBatch.CountTargets(example) > 0)];
        _general = options.Retention
            ? GeneralText.ForExamination().Questions.Count(q => options.RetentionLanguages.Count == 0
                || options.RetentionLanguages.Contains(q.Language))
            : 0;
    }

    /// <summary>Replies and measurements, for progress.</summary>
    public int Work => _items.Count + _control.Count + _open.Length + _heldOut.Length + _general;

    /// <summary>Asks everything.</summary>
    /// <exception cref="InputException">Not one closed-book question could be asked.</exception>
    public SideResult Hold(Action<int> advance, CancellationToken stopping)
    {
        Stopwatch stopwatch = Stopwatch.StartNew();
        ExamReply[] closed = Ask("closed", _items, item => item.Question, advance, stopping);
        if (closed.Length > 0 && closed.All(reply => reply.Failure is not null))
            throw new InputException($"examination of {_side.Name}: no call of the model succeeded: {closed[0].Failure}");
        ExamReply[] control = Ask("control", _control, item => item.Question, advance, stopping);
        ExamReply[] open = Ask("open", _open, item => OpenBookPrompt.Of(item, _model.Tokenizer, _options.OpenBookTokens), advance,
            stopping);
        LossResult? loss = _heldOut.Length == 0 ? null
            : LossEvaluator.Evaluate(_model.Decoder, _heldOut, Math.Min(_options.BatchSize, 8), stopping, advance);
        RetentionResult? retention = null;
        if (_general > 0)
        {
            GeneralResult general = GeneralKnowledge.Measure(_model, _template, _options.BatchSize, stopping,
                _options.RetentionLanguages);
            retention = new RetentionResult(general.Replies, general.Loss, general.Prose.Values.Sum(l => l.TargetTokens));
            advance(_general);
        }
        return new SideResult
        {
            Name = _side.Name,
            HasAdapter = _side.Adapter is not null,
            Template = _template.Name,
            Trained = [.. _items.Select(item => item.Id).Where(_side.Trained.Contains)],
            Closed = closed,
            Control = control,
            Open = _open.Zip(open).ToDictionary(pair => pair.First.Id, pair => pair.Second, StringComparer.Ordinal),
            Loss = loss?.Loss,
            LossTokens = loss?.TargetTokens ?? 0,
            Retention = retention,
            Seconds = Math.Round(stopwatch.Elapsed.TotalSeconds, 1),
        };
    }

    private ExamReply[] Ask(string mode, IReadOnlyList<ExamItem> items, Func<ExamItem, string> textOf, Action<int> advance,
        CancellationToken stopping)
    {
        ExamReply?[] replies = [.. items.Select(item => _journal.Find(KeyOf(mode, item)))];
        int[] missing = [.. Enumerable.Range(0, items.Count).Where(i => replies[i] is null)];
        if (items.Count > missing.Length) advance(items.Count - missing.Length);
        foreach (int[] batch in missing.Chunk(_options.BatchSize))
        {
            stopping.ThrowIfCancellationRequested();
            ExamReply[] answers = Reply([.. batch.Select(i => items[i])], textOf, stopping);
            _journal.Add(batch.Select((i, at) => (KeyOf(mode, items[i]), answers[at])));
            for (int at = 0; at < batch.Length; at++)
                replies[batch[at]] = answers[at];
            advance(batch.Length);
        }
        return [.. items.Zip(replies, (item, reply) => Mark(item, reply!))];
    }

    private string KeyOf(string mode, ExamItem item) => $"{_side.Name}/{mode}/{item.Id}";

    // A batch that fails is asked one by one: what is wrong with one question must not cost the others their replies.
    private ExamReply[] Reply(ExamItem[] items, Func<ExamItem, string> textOf, CancellationToken stopping)
    {
        try
        {
            return [.. GreedyReplies.Of(_model, _template, items.Select(item => (IReadOnlyList<int>)_template.EncodePrompt(_model.Tokenizer,
                    [new ChatMessage("user", textOf(item))], item.System)), items.Length, _options.MaxNewTokens, stopping)
                .Select(result => new ExamReply(result.Text.Trim()) { IsCut = result.FinishReason == GenerationResult.Length })];
        }
        catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
        {
            return items.Length == 1
                ? [new ExamReply("") { Failure = e.Message.ReplaceLineEndings(" ") }]
                : [.. items.SelectMany(item => Reply([item], textOf, stopping))];
        }
    }

    /// <summary>The reply with its marks.</summary>
    internal static ExamReply Mark(ExamItem item, ExamReply reply)
    {
        if (reply.Failure is not null) return reply;
        AnswerScore? score = item.Answerable ? AnswerMarking.Mark(reply.Text, item.Key) : null;
        return reply with
        {
            Score = score,
            IsRefusal = score is not { IsRight: true } && Refusals.Is(reply.Text, item.Answerable ? "" : item.Expected, item.Language),
        };
    }

    private static ExamItem[] Spread(ExamItem[] items, int most) => items.Length <= most
        ? items : [.. Enumerable.Range(0, most).Select(i => items[(int)((long)i * items.Length / most)])];
}
