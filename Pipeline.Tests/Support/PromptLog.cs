using System.Diagnostics;
using Pipeline.Models.Generation;

namespace Pipeline.Tests;

/// <summary>Token ids of the prompts that any model in this process is given.</summary>
internal sealed class PromptLog : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
{
    private readonly List<IDisposable> _subscriptions = [];
    private readonly List<int[]> _prompts = [];

    public PromptLog() => _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));

    /// <summary>The prompts so far, whoever asked.</summary>
    public int[][] Prompts
    {
        get
        {
            lock (_prompts)
                return [.. _prompts];
        }
    }

    void IObserver<DiagnosticListener>.OnNext(DiagnosticListener value)
    {
        if (value.Name == GenerationEvents.Source)
            _subscriptions.Add(value.Subscribe(this));
    }

    void IObserver<KeyValuePair<string, object?>>.OnNext(KeyValuePair<string, object?> value)
    {
        lock (_prompts)
            _prompts.AddRange(((IReadOnlyList<IReadOnlyList<int>>)value.Value!).Select(prompt => prompt.ToArray()));
    }

    void IObserver<DiagnosticListener>.OnCompleted()
    {
    }

    void IObserver<DiagnosticListener>.OnError(Exception error)
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnCompleted()
    {
    }

    void IObserver<KeyValuePair<string, object?>>.OnError(Exception error)
    {
    }

    public void Dispose() => _subscriptions.ForEach(s => s.Dispose());
}
