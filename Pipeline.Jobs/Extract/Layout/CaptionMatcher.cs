using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Assigns every printed caption to the nearest figure or table and moves it next to it.</summary>
internal static class CaptionMatcher
{
    private const double Furthest = 60; // points between a picture and its caption

    /// <param name="blocks">Blocks of one page in reading order; reordered in place.</param>
    public static void Match(List<TextBlock> blocks)
    {
        TextBlock[] captions = blocks.Where(b => b.Kind == BlockKind.Caption).ToArray();
        TextBlock[] targets = blocks.Where(b => b.Kind is BlockKind.Figure or BlockKind.Table).ToArray();
        IEnumerable<(TextBlock caption, TextBlock target)> pairs = from caption in captions
                                                                   from target in targets
                                                                   let distance = Distance(caption, target)
                                                                   where distance <= Furthest
                                                                   orderby distance
                                                                   select (caption, target);
        foreach ((TextBlock caption, TextBlock target) in pairs)
        {
            if (caption.Target is not null || target.Caption is not null)
                continue;
            caption.Target = target;
            target.Caption = caption.Text;
        }
        foreach (TextBlock caption in captions)
        {
            if (caption.Target is not { } target)
            {
                caption.Kind = BlockKind.Paragraph;
                continue;
            }
            blocks.Remove(caption);
            blocks.Insert(blocks.IndexOf(target) + (caption.Box.CenterY < target.Box.CenterY ? 1 : 0), caption);
        }
    }

    private static double Distance(TextBlock caption, TextBlock target)
    {
        double shared = caption.Box.OverlapX(target.Box);
        if (shared < 0.3 * Math.Min(caption.Box.Width, target.Box.Width))
            return double.MaxValue;
        double gap = Math.Max(0, -caption.Box.OverlapY(target.Box));
        bool table = CaptionText.IsTableCaption(caption.Text);
        // A table may be drawn as a picture and then has a table's caption; a real table is nearer.
        return gap + (table == (target.Kind == BlockKind.Table) ? 0 : Furthest / 2);
    }
}
