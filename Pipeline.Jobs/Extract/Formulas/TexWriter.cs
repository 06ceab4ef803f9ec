using System.Text;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>
/// Reads one row of a displayed formula from the places of its characters. Whatever is not certain (an unknown character, matrices,
/// characters over each other) makes the whole row uncertain.
/// </summary>
internal static class TexWriter
{
    private const int Deepest = 8;
    private const double ScriptSize = 0.88;     // of the size beside it: smaller type may be an index or a power

    /// <param name="glyphs">Characters of the row.</param>
    /// <param name="rules">Horizontal lines in it: bars of fractions and roots.</param>
    /// <param name="fonts">The document's fonts.</param>
    /// <returns>TeX; null where it is not certain.</returns>
    public static string? Write(IEnumerable<Glyph> glyphs, IEnumerable<Box> rules, FontTable fonts)
    {
        List<TexAtom> atoms = [];
        foreach (Glyph glyph in glyphs)
        {
            if (glyph.Text == " ")
                continue;
            if (glyph.Meaningless != 0 || TexAtom.Of(glyph, fonts[glyph.Font]) is not { } atom)
                return null;
            atoms.Add(atom);
        }
        return Row(JoinPieces(atoms), [.. rules.OrderByDescending(r => r.Width)], 0);
    }

    /// <summary>Tall brackets may be drawn in pieces, one above the other.</summary>
    private static List<TexAtom> JoinPieces(List<TexAtom> atoms)
    {
        List<TexAtom> joined = [];
        foreach (TexAtom atom in atoms)
        {
            int at = atom.Tall ? joined.FindIndex(o => o.Tall && o.Tex == atom.Tex && Math.Abs(o.X0 - atom.X0) < 0.06 * atom.Size) : -1;
            if (at < 0) joined.Add(atom);
            else joined[at] = atom with { Baseline = (joined[at].Baseline + atom.Baseline) / 2 };
        }
        return joined;
    }

    private static string? Row(List<TexAtom> atoms, List<Box> rules, int depth)
    {
        if (depth > Deepest || atoms.Count == 0)
            return null;
        List<Box> open = [.. rules];
        while (open.Count > 0)
        {
            Box rule = open[0];
            open.RemoveAt(0);
            if (Barred(atoms, rule, open, depth) is not { } barred)
                return null;
            atoms = barred;
        }
        return atoms.Exists(a => a.Role == TexRole.Root) ? null : Line(atoms, depth);
    }

    /// <summary>Puts a fraction or a root in the place of what stands over and under a bar.</summary>
    private static List<TexAtom>? Barred(List<TexAtom> atoms, Box rule, List<Box> rules, int depth)
    {
        bool IsInside(double x) => x > rule.X0 - 1 && x < rule.X1 + 1;
        List<TexAtom> above = atoms.FindAll(a => IsInside(a.CenterX) && a.CenterY > rule.CenterY && !Encloses(a, rule));
        List<TexAtom> below = atoms.FindAll(a => IsInside(a.CenterX) && a.CenterY <= rule.CenterY && !Encloses(a, rule));
        List<Box> over = rules.FindAll(r => IsInside(r.CenterX) && r.CenterY > rule.CenterY);
        List<Box> under = rules.FindAll(r => IsInside(r.CenterX) && r.CenterY <= rule.CenterY);
        if (below.Count == 0)
            return null;
        if (atoms.Find(a => a.Role == TexRole.Root && Math.Abs(a.X1 - rule.X0) < 0.3 * a.Size) is { } root)
        {
            below.Remove(root);
            if (Row(below, under, depth + 1) is not { } radicand)
                return null;
            TexAtom main = MainOf(below);
            rules.RemoveAll(under.Contains);
            return [.. atoms.Where(a => a != root && !below.Contains(a)),
                new TexAtom($"\\sqrt{{{radicand}}}", TexRole.Ordinary, root.X0, rule.X1, main.Baseline, main.Size)];
        }
        if (above.Count == 0)
            return null;
        string? numerator = Row(above, over, depth + 1), denominator = Row(below, under, depth + 1);
        if (numerator is null || denominator is null)
            return null;
        rules.RemoveAll(r => over.Contains(r) || under.Contains(r));
        double size = Math.Max(above.Max(a => a.Size), below.Max(a => a.Size));
        return [.. atoms.Where(a => !above.Contains(a) && !below.Contains(a)),
            new TexAtom($"\\frac{{{numerator}}}{{{denominator}}}", TexRole.Fraction, rule.X0, rule.X1,
                rule.CenterY - (TexAtom.Axis * size), size)];
    }

    /// <summary>A bracket beside a fraction whose bar reaches it.</summary>
    private static bool Encloses(TexAtom atom, Box rule) =>
        atom.Role is TexRole.Open or TexRole.Close && atom.Tall && (atom.X0 >= rule.X1 - 1 || atom.X1 <= rule.X0 + 1);

    /// <summary>An atom of the line that most of them stand on.</summary>
    private static TexAtom MainOf(List<TexAtom> atoms)
    {
        List<TexAtom> standing = atoms.FindAll(a => !a.Tall && a.Role != TexRole.Accent);
        if (standing.Count == 0)
            return atoms[0];
        double size = standing.Max(a => a.Size);
        return standing.Where(a => a.Size > ScriptSize * size)
            .GroupBy(a => Math.Round(a.Baseline / (0.12 * size))).OrderByDescending(g => g.Count()).ThenBy(g => g.Min(a => a.X0))
            .First().First();
    }

    private static string? Line(List<TexAtom> atoms, int depth)
    {
        TexAtom main = MainOf(atoms);
        atoms = Accented(atoms, main);
        if (atoms.Exists(a => a.Role == TexRole.Accent))
            return null;
        List<TexAtom> line = [], scripts = [];
        foreach (TexAtom atom in atoms.OrderBy(a => a.X0))
        {
            double rise = (atom.Baseline - main.Baseline) / main.Size;
            bool onLine = atom.Tall || Math.Abs(rise) < 0.1;
            if (onLine && (atom.Tall || atom.Size > 0.75 * main.Size)) line.Add(atom);
            else if (atom.Size <= ScriptSize * main.Size && Math.Abs(rise) >= 0.06) scripts.Add(atom);
            else return null;
        }
        if (line.Count == 0 || Overlaps(line))
            return null;
        line = JoinDots(JoinWords(line, main.Size));
        Dictionary<TexAtom, List<TexAtom>> limits = [];
        foreach (TexAtom atom in line.Where(TakesLimits))
        {
            List<TexAtom> own = LimitsOf(atom, scripts, main);
            // Where the limits of two operators touch, it is not certain which of them ends where.
            if (own.Count > 0 && line.Exists(o => o != atom && TakesLimits(o)
                && o.CenterX > own.Min(s => s.X0) && o.CenterX < own.Max(s => s.X1)))
                return null;
            limits[atom] = own;
            scripts.RemoveAll(own.Contains);
        }
        TexTokens tokens = new();
        if (!Fences(line))
            return null;
        double end = 0;
        for (int i = 0; i < line.Count; i++)
        {
            TexAtom atom = line[i];
            double from = i == 0 ? double.MinValue : line[i - 1].X1 - (0.2 * main.Size);
            double to = i + 1 < line.Count ? line[i + 1].X0 : double.MaxValue;
            if (i > 0 && atom.X0 - end > 1.4 * main.Size)
                tokens.Add("\\quad");
            List<TexAtom> own = limits.GetValueOrDefault(atom, []);
            // An index that stands under a letter is under the letter's right half; everything up to the next letter belongs to this one.
            own.AddRange(scripts.FindAll(s => s.CenterX > atom.CenterX - 0.1 * main.Size && s.X0 < to + 0.3 * main.Size && s.CenterX < to));
            scripts.RemoveAll(own.Contains);
            if (scripts.Exists(s => s.CenterX < atom.CenterX && s.CenterX > from))
                return null;
            string? lower = Script(own.FindAll(s => s.Baseline < main.Baseline), depth);
            string? upper = Script(own.FindAll(s => s.Baseline > main.Baseline), depth);
            if (lower is null || upper is null || (own.Count > 0 && (atom.Role == TexRole.Open || TexSymbols.TakesNoScript(atom.Tex))))
                return null;
            end = own.Select(s => s.X1).Append(atom.X1).Max();
            tokens.Add(atom.Tex);
            tokens.AddScript('_', lower);
            if (upper.StartsWith('\'')) tokens.Add(upper);
            else tokens.AddScript('^', upper);
        }
        return scripts.Count == 0 ? tokens.ToString() : null;
    }

    private static bool TakesLimits(TexAtom atom) => atom.Role == TexRole.LargeOperator
        || (atom.Role == TexRole.Word && TexSymbols.Limits.Contains(atom.Tex.TrimStart('\\')));

    private static string? Script(List<TexAtom> atoms, int depth)
    {
        if (atoms.Count == 0)
            return "";
        if (atoms.TrueForAll(a => a.Tex == "\\prime"))
            return new string('\'', atoms.Count);
        return depth < Deepest ? Line(atoms, depth + 1) : null;
    }

    /// <summary>The smaller type above and below an operator, about its middle.</summary>
    private static List<TexAtom> LimitsOf(TexAtom of, List<TexAtom> scripts, TexAtom main)
    {
        List<TexAtom> limits = [];
        foreach (bool upper in (bool[])[true, false])
        {
            List<TexAtom> side = scripts.FindAll(s => (upper ? s.Baseline - main.Baseline : main.Baseline - s.Baseline) > 0.5 * main.Size);
            int start = 0;
            for (int i = 1; i <= side.Count; i++)
            {
                if (i < side.Count && side[i].X0 - side.Take(i).Skip(start).Max(s => s.X1) < 0.5 * main.Size)
                    continue;
                List<TexAtom> run = side.GetRange(start, i - start);
                start = i;
                double middle = (run.Min(s => s.X0) + run.Max(s => s.X1)) / 2;
                if (Math.Abs(middle - of.CenterX) < 0.45 * main.Size) limits.AddRange(run);
            }
        }
        return limits;
    }

    private static List<TexAtom> Accented(List<TexAtom> atoms, TexAtom main)
    {
        List<TexAtom> result = [.. atoms.Where(a => a.Role != TexRole.Accent)];
        foreach (TexAtom accent in atoms.Where(a => a.Role == TexRole.Accent))
        {
            int at = result.FindIndex(a => !a.Tall && a.Role is TexRole.Ordinary or TexRole.Word
                && Math.Abs(a.CenterX - accent.CenterX) < 0.3 * main.Size && Math.Abs(a.Size - accent.Size) < 0.3 * a.Size
                && accent.Baseline - a.Baseline is var rise && rise > -0.1 * a.Size && rise < 0.5 * a.Size);
            if (at < 0)
                result.Add(accent);
            else
                result[at] = result[at] with { Tex = $"{accent.Tex}{{{result[at].Tex}}}", Role = TexRole.Ordinary };
        }
        return result;
    }

    private static bool Overlaps(List<TexAtom> line)
    {
        for (int i = 1; i < line.Count; i++)
            if (line[i].X0 < line[i - 1].X1 - 0.35 * line[i].Size) return true;
        return false;
    }

    private static List<TexAtom> JoinDots(List<TexAtom> line)
    {
        for (int i = 0; i + 2 < line.Count; i++)
        {
            if (line[i].Tex != "." || line[i + 1].Tex != "." || line[i + 2].Tex != ".")
                continue;
            line[i] = line[i] with { Tex = "\\dots", X1 = line[i + 2].X1 };
            line.RemoveRange(i + 1, 2);
        }
        return line;
    }

    /// <summary>Upright letters side by side are the name of a function, or a word.</summary>
    private static List<TexAtom> JoinWords(List<TexAtom> line, double size)
    {
        List<TexAtom> joined = [];
        foreach (TexAtom atom in line)
        {
            if (joined.Count > 0 && joined[^1] is { Role: TexRole.Word } last && atom.Role == TexRole.Word
                && atom.X0 - last.X1 < 0.12 * size)
                joined[^1] = last with { Tex = last.Tex + atom.Tex, X1 = atom.X1 };
            else
                joined.Add(atom);
        }
        for (int i = 0; i < joined.Count; i++)
        {
            TexAtom word = joined[i];
            if (word.Role != TexRole.Word)
                continue;
            string before = i > 0 && word.X0 - joined[i - 1].X1 > 0.2 * size ? " " : "";
            string after = i + 1 < joined.Count && joined[i + 1].X0 - word.X1 > 0.2 * size ? " " : "";
            joined[i] = word with
            {
                Tex = TexSymbols.Functions.Contains(word.Tex) ? "\\" + word.Tex
                    : word.Tex.Length == 1 ? $"\\mathrm{{{word.Tex}}}" : $"\\text{{{before}{word.Tex}{after}}}",
            };
        }
        return joined;
    }

    /// <summary>Writes tall brackets as pairs; false where they are none.</summary>
    private static bool Fences(List<TexAtom> line)
    {
        Stack<int> open = new();
        for (int i = 0; i < line.Count; i++)
        {
            if (!line[i].Tall)
                continue;
            if (line[i].Tex == "|")
                line[i] = line[i] with { Tex = "\\Big|" };
            if (line[i].Role == TexRole.Open)
                open.Push(i);
            if (line[i].Role != TexRole.Close)
                continue;
            if (!open.TryPop(out int start))
                return false;
            line[start] = line[start] with { Tex = "\\left" + line[start].Tex };
            line[i] = line[i] with { Tex = "\\right" + line[i].Tex };
        }
        return open.Count == 0;
    }

    /// <summary>TeX being written: a command ends where a letter follows it.</summary>
    private sealed class TexTokens
    {
        private readonly StringBuilder _text = new();

        public void Add(string token)
        {
            if (_text.Length > 0 && char.IsAsciiLetter(token[0]) && EndsInCommand())
                _text.Append(' ');
            _text.Append(token);
        }

        public void AddScript(char mark, string script)
        {
            if (script.Length > 0)
                _text.Append(mark).Append(script.Length == 1 ? script : $"{{{script}}}");
        }

        public override string ToString() => _text.ToString();

        private bool EndsInCommand()
        {
            int at = _text.Length - 1;
            while (at >= 0 && char.IsAsciiLetter(_text[at]))
                at--;
            return at >= 0 && at < _text.Length - 1 && _text[at] == '\\';
        }
    }
}
