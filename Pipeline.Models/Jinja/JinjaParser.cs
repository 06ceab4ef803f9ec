using System.Runtime.CompilerServices;

namespace Pipeline.Models.Jinja;

/// <summary>Reads the statements of a template. What would reach other files (import, include, extends) is refused.</summary>
internal sealed class JinjaParser : JinjaExpressionParser
{
    private readonly List<string> _open = [];

    private JinjaParser(IReadOnlyList<JinjaToken> tokens)
        : base(tokens)
    {
    }

    /// <summary>Reads a template.</summary>
    /// <exception cref="JinjaException">It is no template, or uses what is not computed here.</exception>
    public static BlockStatement Parse(string template)
    {
        JinjaParser parser = new(JinjaLexer.Read(template));
        BlockStatement block = parser.ParseUntil();
        return parser.Current.Kind == JinjaTokenKind.End ? block : throw parser.Unexpected("the end of the template");
    }

    /// <summary>Statements up to a block that begins with one of the words, which is left to read; without words up to the end.</summary>
    private BlockStatement ParseUntil(params string[] words)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        List<JinjaStatement> statements = [];
        while (true)
        {
            switch (Current.Kind)
            {
                case JinjaTokenKind.Text:
                    statements.Add(new TextStatement(Take().Text));
                    break;
                case JinjaTokenKind.OutputStart:
                    Take();
                    statements.Add(new OutputStatement(ParseTuple()));
                    ExpectEnd(JinjaTokenKind.OutputEnd, "}}");
                    break;
                case JinjaTokenKind.BlockStart when words.Contains(Following.Text) && Following.Kind == JinjaTokenKind.Name:
                    Take();
                    return new BlockStatement(statements);
                case JinjaTokenKind.BlockStart:
                    Take();
                    statements.Add(ParseStatement());
                    break;
                default:
                    if (words.Length > 0) throw Unexpected($"{string.Join(" or ", words)} for '{_open[^1]}'");
                    return new BlockStatement(statements);
            }
        }
    }

    private JinjaStatement ParseStatement()
    {
        int line = Current.Line;
        string word = ExpectName();
        _open.Add(word);
        JinjaStatement statement = word switch
        {
            "if" => ParseIf(),
            "for" => ParseFor(),
            "set" => ParseSet(),
            "macro" => ParseMacro(),
            "call" => ParseCall(),
            "with" => ParseWith(),
            "filter" => ParseFilterBlock(),
            "break" => End(new JumpStatement(JinjaFlow.Break)),
            "continue" => End(new JumpStatement(JinjaFlow.Continue)),
            "generation" => ParseGeneration(),
            _ => throw new JinjaException($"line {line}: '{word}' is not computed here"),
        };
        _open.RemoveAt(_open.Count - 1);
        return statement;
    }

    private IfStatement ParseIf()
    {
        List<(JinjaExpression, BlockStatement)> branches = [];
        BlockStatement? otherwise = null;
        string next = "elif";
        while (next == "elif")
        {
            JinjaExpression condition = ParseTuple();
            branches.Add((condition, ParseBody("elif", "else", "endif")));
            next = Take().Text;
        }
        if (next == "else")
        {
            otherwise = ParseBody("endif");
            Take();
        }
        return End(new IfStatement(branches, otherwise));
    }

    private ForStatement ParseFor()
    {
        JinjaTarget target = ParseTarget();
        if (!TryName("in")) throw Unexpected("'in'");
        JinjaExpression items = ParseTuple(withChoice: false);
        JinjaExpression? condition = TryName("if") ? ParseExpression() : null;
        bool recursive = TryName("recursive");
        BlockStatement body = ParseBody("else", "endfor");
        BlockStatement? otherwise = null;
        if (Take().Text == "else")
        {
            otherwise = ParseBody("endfor");
            Take();
        }
        return End(new ForStatement(target, items, condition, body, otherwise, recursive));
    }

    private SetStatement ParseSet()
    {
        JinjaTarget target = ParseTarget();
        if (TryOperator("=")) return End(new SetStatement(target, ParseTuple()));
        HeldValue held = new();
        JinjaExpression value = held;
        while (TryOperator("|")) value = ParseFilter(value);
        held.Source = new CapturedExpression(ParseBody("endset"));
        Take();
        return End(new SetStatement(target, value));
    }

    private MacroStatement ParseMacro()
    {
        string name = ExpectName();
        Expect("(");
        IReadOnlyList<(string, JinjaExpression?)> parameters = ParseParameters();
        BlockStatement body = ParseBody("endmacro");
        Take();
        if (Current.Kind == JinjaTokenKind.Name) Take();
        return End(new MacroStatement(new JinjaMacro(name, parameters, body)));
    }

    private CallStatement ParseCall()
    {
        IReadOnlyList<(string, JinjaExpression?)> parameters = TryOperator("(") ? ParseParameters() : [];
        CallExpression call = ParseExpression() as CallExpression ?? throw Unexpected("a call");
        BlockStatement body = ParseBody("endcall");
        Take();
        return End(new CallStatement(call, new JinjaMacro("caller", parameters, body)));
    }

    private WithStatement ParseWith()
    {
        List<(JinjaTarget, JinjaExpression)> names = [];
        while (Current.Kind != JinjaTokenKind.BlockEnd)
        {
            if (names.Count > 0) Expect(",");
            JinjaTarget target = new([(ExpectName(), null)], isTuple: false);
            Expect("=");
            names.Add((target, ParseExpression()));
        }
        BlockStatement body = ParseBody("endwith");
        Take();
        return End(new WithStatement(names, body));
    }

    private OutputStatement ParseFilterBlock()
    {
        HeldValue held = new();
        JinjaExpression value = ParseFilter(held);
        while (TryOperator("|")) value = ParseFilter(value);
        held.Source = new CapturedExpression(ParseBody("endfilter"));
        Take();
        return End(new OutputStatement(value));
    }

    // Marks what a model says, for trainings elsewhere; it writes what stands in it.
    private WithStatement ParseGeneration()
    {
        BlockStatement body = ParseBody("endgeneration");
        Take();
        return End(new WithStatement([], body));
    }

    private List<(string, JinjaExpression?)> ParseParameters()
    {
        List<(string, JinjaExpression?)> parameters = [];
        while (!TryOperator(")"))
        {
            parameters.Add((ExpectName(), TryOperator("=") ? ParseExpression() : null));
            if (!Current.IsOperator(")")) Expect(",");
        }
        return parameters;
    }

    private JinjaTarget ParseTarget()
    {
        bool inParentheses = TryOperator("(");
        List<(string, string?)> names = [ParseTargetName()];
        bool isTuple = inParentheses;
        while (TryOperator(","))
        {
            isTuple = true;
            if (Current.Kind != JinjaTokenKind.Name || Current.IsName("in")) break;
            names.Add(ParseTargetName());
        }
        if (inParentheses) Expect(")");
        return new JinjaTarget(names, isTuple);
    }

    private (string, string?) ParseTargetName()
    {
        string name = ExpectName();
        return (name, TryOperator(".") ? ExpectName() : null);
    }

    private BlockStatement ParseBody(params string[] words)
    {
        ExpectEnd(JinjaTokenKind.BlockEnd, "%}");
        return ParseUntil(words);
    }

    private T End<T>(T statement)
    {
        ExpectEnd(JinjaTokenKind.BlockEnd, "%}");
        return statement;
    }

    private void ExpectEnd(JinjaTokenKind kind, string mark)
    {
        if (Current.Kind != kind) throw Unexpected($"'{mark}'");
        Take();
    }

    /// <summary>A block whose filters stand before it.</summary>
    private sealed class HeldValue : JinjaExpression
    {
        public JinjaExpression? Source { get; set; }

        protected override object? Compute(JinjaContext context) => Source!.Evaluate(context);
    }
}
