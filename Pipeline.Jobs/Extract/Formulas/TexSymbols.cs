using System.Collections.Frozen;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>What the characters of formulas are called in TeX.</summary>
internal static class TexSymbols
{
    /// <summary>Names that TeX sets upright and knows as commands.</summary>
    public static readonly FrozenSet<string> Functions = FrozenSet.Create(StringComparer.Ordinal,
        "arccos", "arcsin", "arctan", "arg", "cos", "cosh", "cot", "coth", "csc", "deg", "det", "dim", "exp", "gcd", "hom", "inf", "ker",
        "lg", "lim", "liminf", "limsup", "ln", "log", "max", "min", "Pr", "sec", "sin", "sinh", "sup", "tan", "tanh");

    /// <summary>Functions whose range stands below them.</summary>
    public static readonly FrozenSet<string> Limits = FrozenSet.Create(StringComparer.Ordinal,
        "det", "gcd", "inf", "lim", "liminf", "limsup", "max", "min", "Pr", "sup");

    /// <summary>Words between formulas, in the languages of most documents with them.</summary>
    public static readonly FrozenSet<string> Connectives = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "if", "and", "or", "for", "all", "with", "where", "when", "otherwise", "else", "then", "such", "that", "mod", "const", "diag", "tr",
        "var", "cov", "subject", "rank", "sgn", "sign", "erf", "und", "für", "falls", "sonst", "wenn", "mit", "si", "et", "ou", "pour",
        "sinon", "avec", "para", "con", "per", "caso", "altrimenti", "senão", "otro", "span", "argmin", "argmax", "grad", "div", "rot");

    private static readonly FrozenDictionary<char, string> Names = Parse(
        """
        α alpha  β beta  γ gamma  δ delta  ε varepsilon  ϵ epsilon  ζ zeta  η eta  θ theta  ϑ vartheta  ι iota
        κ kappa  λ lambda  μ mu  µ mu  ν nu  ξ xi  π pi  ϖ varpi  ρ rho  ϱ varrho  σ sigma  ς varsigma  τ tau
        υ upsilon  φ varphi  ϕ phi  χ chi  ψ psi  ω omega  Γ Gamma  Δ Delta  ∆ Delta  Θ Theta  Λ Lambda  Ξ Xi  Π Pi
        Σ Sigma  Υ Upsilon  Φ Phi  Ψ Psi  Ω Omega  Ω Omega  ∂ partial  ∇ nabla  ∞ infty  ∅ emptyset  ℓ ell  ℏ hbar
        ℜ Re  ℑ Im  ∀ forall  ∃ exists  ¬ neg  ′ prime  ∠ angle  ∴ therefore  ° circ  ± pm  ∓ mp  × times  ÷ div
        · cdot  ⋅ cdot  ∙ cdot  • bullet  ∘ circ  ◦ circ  ⊗ otimes  ⊕ oplus  ⊙ odot  ∧ wedge  ∨ vee  ∪ cup  ∩ cap
        ⋆ star  † dagger  ∗ ast  ∖ setminus  ≤ le  ≥ ge  ⩽ le  ⩾ ge  ≠ ne  ≈ approx  ≡ equiv  ∼ sim  ≃ simeq  ≅ cong
        ∝ propto  ≪ ll  ≫ gg  ≺ prec  ≻ succ  ∈ in  ∉ notin  ∋ ni  ⊂ subset  ⊃ supset  ⊆ subseteq  ⊇ supseteq  ⊢ vdash
        ⊨ models  ⊥ perp  ∥ parallel  ≜ triangleq  ≐ doteq  → to  ← leftarrow  ↔ leftrightarrow  ⇒ Rightarrow
        ⇐ Leftarrow  ⇔ Leftrightarrow  ↦ mapsto  ⟶ longrightarrow  ↑ uparrow  ↓ downarrow  ⟨ langle  ⟩ rangle
        〈 langle  〉 rangle  ⌊ lfloor  ⌋ rfloor  ⌈ lceil  ⌉ rceil  ∑ sum  ∏ prod  ∫ int  ∮ oint  ∬ iint  ⋃ bigcup
        ⋂ bigcap  ⨁ bigoplus  … dots  ⋯ cdots  ⋮ vdots  ⋱ ddots  ℵ aleph  □ square  △ triangle
        """);

    /// <summary>Marks over a letter.</summary>
    private static readonly FrozenDictionary<char, string> Accents = Parse(
        "˙ dot \u0307 dot ¨ ddot \u0308 ddot ˆ hat ^ hat \u0302 hat ˜ tilde ~ tilde \u0303 tilde ¯ bar ˉ bar \u0304 bar \u0305 bar "
        + "\u20d7 vec ˇ check ˘ breve");

    /// <summary>Signs that make a statement or an operation of what stands beside them.</summary>
    public const string Relations = "=<>≤≥⩽⩾≠≈≡∼≃≅∝≪≫∈∉∋⊂⊃⊆⊇→←↔⇒⇔↦≜≐⟶⊢⊨";

    public static bool IsArrow(char c) => c is '→' or '←' or '↔' or '⇒' or '⇐' or '⇔' or '↦' or '⟶';

    /// <summary>Signs that take no index, as TeX.</summary>
    public static bool TakesNoScript(string tex) => WithoutScripts.Contains(tex);

    private static readonly FrozenSet<string> WithoutScripts = FrozenSet.ToFrozenSet(
        [.. Relations.Select(c => Of(c) ?? ""), .. "+-,;:([/".Select(c => c.ToString()),
            "\\pm", "\\times", "\\cdot", "\\{", "\\langle", "\\not"],
        StringComparer.Ordinal);

    /// <summary>Operators over a range.</summary>
    public const string LargeOperators = "∑∏∫∮∬⋃⋂⨁";

    /// <summary>Whether a sign makes a statement or a sum of what stands beside it.</summary>
    public static bool IsSign(char c) =>
        Relations.Contains(c, StringComparison.Ordinal) || LargeOperators.Contains(c, StringComparison.Ordinal);

    /// <summary>Whether a character is hardly ever part of prose.</summary>
    public static bool IsMathematical(char c) =>
        c is '=' or '+' or '±' or '×' or '√' || (c > 'Ω' && c is not ('•' or '…' or '†' or '’' or '□') && Names.ContainsKey(c));

    /// <summary>A plain character with a meaning of its own in formulas, as TeX; null where it is not known.</summary>
    public static string? Of(char c)
    {
        if (char.IsAsciiLetterOrDigit(c) || "+-=<>()[]/,.;:!|'*?".Contains(c))
            return c.ToString();
        if (Names.TryGetValue(c, out string? name))
            return "\\" + name;
        return c switch
        {
            '−' or '–' => "-",
            '∕' or '⁄' => "/",
            '∣' or '❘' => "|",
            '‖' or '∥' => "\\|",
            '{' => "\\{",
            '}' => "\\}",
            '%' => "\\%",
            '’' => "'",
            _ => null,
        };
    }

    public static string? AccentOf(char c) => Accents.GetValueOrDefault(c);

    /// <summary>A piece of a tall bracket, by the bracket; the character itself for all others.</summary>
    public static char Whole(char piece) => piece switch
    {
        >= '\u239b' and <= '\u239d' => '(',
        >= '\u239e' and <= '\u23a0' => ')',
        >= '\u23a1' and <= '\u23a3' => '[',
        >= '\u23a4' and <= '\u23a6' => ']',
        >= '\u23a7' and <= '\u23a9' => '{',
        >= '\u23ab' and <= '\u23ad' => '}',
        '∣' => '|',
        _ => piece,
    };

    /// <summary>
    /// The sign at a letter's code in Computer Modern's font of signs; 0 where no formula uses it, U+0338 for a stroke through the next.
    /// </summary>
    public static char ComputerModern(char c) => c switch
    {
        '0' => '′',
        '1' => '∞',
        '2' => '∈',
        '3' => '∋',
        '6' => '\u0338',
        '8' => '∀',
        '9' => '∃',
        ':' => '¬',
        ';' => '∅',
        '<' => 'ℜ',
        '=' => 'ℑ',
        'b' => '⌊',
        'c' => '⌋',
        'd' => '⌈',
        'e' => '⌉',
        'f' => '{',
        'g' => '}',
        'h' => '⟨',
        'i' => '⟩',
        'j' => '∣',
        'k' => '‖',
        'r' => '∇',
        '4' or '5' or '7' or '~' or '?' or (>= 'a' and <= 'z') => '\0',
        _ => c,
    };

    /// <summary>What fonts of signs that count their characters as Latin letters mean by them.</summary>
    public static char Misnamed(char c) => c switch
    {
        'þ' => '+',
        '¼' => '=',
        'ð' => '(',
        'Þ' => ')',
        'À' => '−',
        'Â' => '×',
        'Á' => '·',
        'Ã' => '∗',
        _ => c,
    };

    /// <summary>A letter of Unicode's mathematical alphabets as an ordinary one, with the command that sets it so.</summary>
    public static (char Letter, string? Command)? Alphabet(string text)
    {
        if (text.Length == 1)
            return Letterlike.TryGetValue(text[0], out (char, string?) letter) ? letter : null;
        if (text.Length != 2 || !char.IsSurrogatePair(text[0], text[1]))
            return null;
        int code = char.ConvertToUtf32(text, 0);
        string? command = code switch
        {
            <= 0x1d433 or (>= 0x1d468 and <= 0x1d49b) or (>= 0x1d6a8 and <= 0x1d6e1) or (>= 0x1d71c and <= 0x1d755) => "mathbf",
            >= 0x1d49c and <= 0x1d503 => "mathcal",
            >= 0x1d504 and <= 0x1d537 => "mathfrak",
            >= 0x1d538 and <= 0x1d56b => "mathbb",
            _ => null,
        };
        return code switch
        {
            >= 0x1d400 and <= 0x1d6a3 when (code - 0x1d400) % 52 is var at => ((char)(at < 26 ? 'A' + at : 'a' + at - 26), command),
            >= 0x1d6a8 and <= 0x1d7c9 when (code - 0x1d6a8) % 58 is var at => (Greek[at], command),
            >= 0x1d7ce and <= 0x1d7ff => ((char)('0' + ((code - 0x1d7ce) % 10)), command),
            _ => null,
        };
    }

    /// <summary>An alphabet of mathematical Greek in Unicode's order.</summary>
    private const string Greek = "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΘΣΤΥΦΧΨΩ∇αβγδεζηθικλμνξοπρςστυφχψω∂ϵϑκϕϱϖ";

    /// <summary>Letters that Unicode had before its mathematical alphabets.</summary>
    private static readonly FrozenDictionary<char, (char, string?)> Letterlike = Parse(
        "ℎ h,  ℬ B,mathcal ℰ E,mathcal ℱ F,mathcal ℋ H,mathcal ℐ I,mathcal ℒ L,mathcal ℳ M,mathcal ℛ R,mathcal "
        + "ℂ C,mathbb ℍ H,mathbb ℕ N,mathbb ℙ P,mathbb ℚ Q,mathbb ℝ R,mathbb ℤ Z,mathbb")
        .ToFrozenDictionary(p => p.Key, p => (p.Value[0], p.Value.Length > 2 ? p.Value[2..] : null));

    /// <summary>A list of characters, each followed by what it stands for.</summary>
    private static FrozenDictionary<char, string> Parse(string list) =>
        list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Chunk(2).ToFrozenDictionary(p => p[0][0], p => p[1]);
}
