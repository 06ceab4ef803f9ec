namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>What could be read of a reply.</summary>
/// <typeparam name="T">A fact, a question, a text.</typeparam>
/// <param name="Items">Complete ones, in their order.</param>
/// <param name="Incomplete">Parts that lack something, because the reply ended or left it out.</param>
/// <param name="IsCut">Whether the reply ended in the middle.</param>
internal sealed record ReplyRead<T>(IReadOnlyList<T> Items, int Incomplete, bool IsCut)
{
    /// <summary>Whether nothing at all was found.</summary>
    public bool IsNothing => Items.Count == 0 && Incomplete == 0;

    /// <summary>Parts that gave nothing: an end between two parts has lost one at least.</summary>
    public int Lacking => IsCut && Items.Count > 0 ? Math.Max(1, Incomplete) : Incomplete;
}
