using System.Globalization;
using System.Runtime.CompilerServices;

namespace Pipeline.Models.Jinja;

/// <summary>Reads expressions with Jinja's order of operators. Reference: Jinja 3.1, parser.</summary>
/// <param name="tokens">All tokens of the template.</param>
internal class JinjaExpressionParser(IReadOnlyList<JinjaToken> tokens)
{
    private int _at;

    /// <summary>The token that is read next.</summary>
    protected JinjaToken Current => tokens[_at];

    /// <summary>The one behind it.</summary>
    protected JinjaToken Following => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    /// <summary>Takes the next token.</summary>
    protected JinjaToken Take() => tokens[_at < tokens.Count - 1 ? _at++ : _at];

    /// <summary>Takes the next token if it is this operator.</summary>
    protected bool TryOperator(string text)
    {
        if (!Current.IsOperator(text)) return false;
        Take();
        return true;
    }

    /// <summary>Takes the next token if it is this word.</summary>
    protected bool TryName(string text)
    {
        if (!Current.IsName(text)) return false;
        Take();
        return true;
    }

    /// <summary>Takes a token that must be this operator.</summary>
    protected void Expect(string text)
    {
        if (!TryOperator(text)) throw Unexpected($"'{text}'");
    }

    /// <summary>Takes a name.</summary>
    protected string ExpectName() => Current.Kind == JinjaTokenKind.Name ? Take().Text : throw Unexpected("a name");

    /// <summary>The error for the next token.</summary>
    protected JinjaException Unexpected(string expected) => new($"line {Current.Line}: found "
        + (Current.Text.Length > 0 && Current.Kind != JinjaTokenKind.Text ? $"'{Current.Text}'" : Current.Kind.ToString())
        + $" where {expected} is expected");

    /// <summary>An expression, or a tuple without parentheses.</summary>
    protected JinjaExpression ParseTuple(bool withChoice = true)
    {
        JinjaExpression first = withChoice ? ParseExpression() : ParseOr();
        if (!Current.IsOperator(",")) return first;
        List<JinjaExpression> items = [first];
        while (TryOperator(","))
        {
            if (EndsTuple()) break;
            items.Add(withChoice ? ParseExpression() : ParseOr());
        }
        return new ListExpression(items, isTuple: true);
    }

    /// <summary>One expression.</summary>
    protected JinjaExpression ParseExpression()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        JinjaExpression value = ParseOr();
        while (TryName("if"))
        {
            JinjaExpression condition = ParseOr();
            value = new ChoiceExpression(condition, value, TryName("else") ? ParseExpression() : null);
        }
        return value;
    }

    /// <summary>An expression without <c>if</c> of its own.</summary>
    protected JinjaExpression ParseOr()
    {
        JinjaExpression left = ParseAnd();
        while (TryName("or")) left = new LogicExpression(isAnd: false, left, ParseAnd());
        return left;
    }

    /// <summary>Arguments in parentheses, the opening one taken already.</summary>
    protected CallArguments ParseArguments()
    {
        List<(JinjaExpression, bool)> positional = [];
        List<(string?, JinjaExpression)> named = [];
        while (!TryOperator(")"))
        {
            if (TryOperator("**")) named.Add((null, ParseExpression()));
            else if (TryOperator("*")) positional.Add((ParseExpression(), true));
            else if (Current.Kind == JinjaTokenKind.Name && Following.IsOperator("="))
            {
                string name = Take().Text;
                Take();
                named.Add((name, ParseExpression()));
            }
            else positional.Add((ParseExpression(), false));
            if (!Current.IsOperator(")")) Expect(",");
        }
        return new CallArguments(positional, named);
    }

    /// <summary>Filters behind a value: <c>name(…) | name</c>, the first bar taken already.</summary>
    protected JinjaExpression ParseFilter(JinjaExpression value)
    {
        string name = ExpectName();
        JinjaFilters.Filter filter = JinjaFilters.All.TryGetValue(name, out JinjaFilters.Filter? known) ? known
            : throw new JinjaException($"line {Current.Line}: there is no filter '{name}'");
        return new FilterExpression(value, filter, TryOperator("(") ? ParseArguments() : CallArguments.None);
    }

    private bool EndsTuple() => Current.Kind is JinjaTokenKind.BlockEnd or JinjaTokenKind.OutputEnd
        || Current.IsOperator(")") || Current.IsOperator("]") || Current.IsName("in") || Current.IsOperator("=");

    private JinjaExpression ParseAnd()
    {
        JinjaExpression left = ParseNot();
        while (TryName("and")) left = new LogicExpression(isAnd: true, left, ParseNot());
        return left;
    }

    private JinjaExpression ParseNot()
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        return Current.IsName("not") && TryName("not") ? new NotExpression(ParseNot()) : ParseComparison();
    }

    private JinjaExpression ParseComparison()
    {
        JinjaExpression first = ParseSum();
        List<(string, JinjaExpression)> rest = [];
        while (true)
        {
            if (Current.Kind == JinjaTokenKind.Operator && Current.Text is "==" or "!=" or "<" or ">" or "<=" or ">=")
                rest.Add((Take().Text, ParseSum()));
            else if (TryName("in")) rest.Add(("in", ParseSum()));
            else if (Current.IsName("not") && Following.IsName("in"))
            {
                Take();
                Take();
                rest.Add(("not in", ParseSum()));
            }
            else return rest.Count == 0 ? first : new ComparisonExpression(first, rest);
        }
    }

    private JinjaExpression ParseSum() => ParseChain(ParseConcat, "+", "-");

    private JinjaExpression ParseConcat()
    {
        JinjaExpression first = ParseProduct();
        if (!Current.IsOperator("~")) return first;
        List<JinjaExpression> parts = [first];
        while (TryOperator("~")) parts.Add(ParseProduct());
        return new ConcatExpression(parts);
    }

    private JinjaExpression ParseProduct() => ParseChain(ParsePower, "*", "/", "//", "%");

    private JinjaExpression ParsePower() => ParseChain(() => ParseUnary(withFilters: true), "**");

    private JinjaExpression ParseChain(Func<JinjaExpression> operand, params ReadOnlySpan<string> operators)
    {
        JinjaExpression left = operand();
        while (Current.Kind == JinjaTokenKind.Operator && operators.Contains(Current.Text))
            left = new ArithmeticExpression(Take().Text, left, operand());
        return left;
    }

    private JinjaExpression ParseUnary(bool withFilters)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        JinjaExpression value = TryOperator("-") ? new SignExpression(isMinus: true, ParseUnary(withFilters: false))
            : TryOperator("+") ? new SignExpression(isMinus: false, ParseUnary(withFilters: false))
            : ParsePrimary();
        value = ParsePostfix(value);
        while (withFilters)
        {
            if (TryOperator("|")) value = ParseFilter(value);
            else if (TryName("is")) value = ParseTest(value);
            else if (TryOperator("(")) value = new CallExpression(value, ParseArguments());
            else break;
        }
        return value;
    }

    private JinjaExpression ParsePostfix(JinjaExpression value)
    {
        while (true)
        {
            if (TryOperator("."))
                value = Current.Kind == JinjaTokenKind.Integer ? new ItemExpression(value, new ConstantExpression(WholeOf(Take())))
                    : new AttributeExpression(value, ExpectName());
            else if (TryOperator("[")) value = ParseSubscript(value);
            else if (TryOperator("(")) value = new CallExpression(value, ParseArguments());
            else return value;
        }
    }

    private JinjaExpression ParseSubscript(JinjaExpression value)
    {
        JinjaExpression? start = Current.IsOperator(":") ? null : ParseTuple();
        if (TryOperator("]")) return new ItemExpression(value, start!);
        Expect(":");
        JinjaExpression? stop = Current.IsOperator(":") || Current.IsOperator("]") ? null : ParseExpression(), step = null;
        if (TryOperator(":")) step = Current.IsOperator("]") ? null : ParseExpression();
        Expect("]");
        return new SliceExpression(value, start, stop, step);
    }

    private TestExpression ParseTest(JinjaExpression value)
    {
        bool negated = TryName("not");
        string name = ExpectName();
        Func<object?, JinjaArguments, bool> test = JinjaTests.All.TryGetValue(name, out Func<object?, JinjaArguments, bool>? known) ? known
            : throw new JinjaException($"line {Current.Line}: there is no test '{name}'");
        CallArguments arguments = CallArguments.None;
        if (TryOperator("(")) arguments = ParseArguments();
        else if (BeginsOperand()) arguments = new CallArguments([(ParsePostfix(ParsePrimary()), false)], []);
        return new TestExpression(value, test, arguments, negated);
    }

    private bool BeginsOperand() => Current.Kind switch
    {
        JinjaTokenKind.Name => Current.Text is not ("else" or "or" or "and" or "is" or "if" or "in" or "not"),
        JinjaTokenKind.String or JinjaTokenKind.Integer or JinjaTokenKind.Float => true,
        _ => Current.IsOperator("[") || Current.IsOperator("{"),
    };

    private JinjaExpression ParsePrimary()
    {
        JinjaToken token = Take();
        switch (token.Kind)
        {
            case JinjaTokenKind.Name:
                return token.Text switch
                {
                    "true" or "True" => new ConstantExpression(true),
                    "false" or "False" => new ConstantExpression(false),
                    "none" or "None" => new ConstantExpression(null),
                    _ => new NameExpression(token.Text),
                };
            case JinjaTokenKind.String:
                string text = token.Text;
                while (Current.Kind == JinjaTokenKind.String) text += Take().Text;
                return new ConstantExpression(text);
            case JinjaTokenKind.Integer:
                return new ConstantExpression(WholeOf(token));
            case JinjaTokenKind.Float:
                return new ConstantExpression(double.Parse(token.Text, CultureInfo.InvariantCulture));
            case JinjaTokenKind.Operator when token.Text == "(":
                if (TryOperator(")")) return new ListExpression([], isTuple: true);
                JinjaExpression inner = ParseTuple();
                Expect(")");
                return inner;
            case JinjaTokenKind.Operator when token.Text == "[":
                return ParseList();
            case JinjaTokenKind.Operator when token.Text == "{":
                return ParseDict();
            default:
                _at--;
                throw Unexpected("an expression");
        }
    }

    private ListExpression ParseList()
    {
        List<JinjaExpression> items = [];
        while (!TryOperator("]"))
        {
            items.Add(ParseExpression());
            if (!Current.IsOperator("]")) Expect(",");
        }
        return new ListExpression(items, isTuple: false);
    }

    private DictExpression ParseDict()
    {
        List<(JinjaExpression, JinjaExpression)> items = [];
        while (!TryOperator("}"))
        {
            JinjaExpression key = ParseExpression();
            Expect(":");
            items.Add((key, ParseExpression()));
            if (!Current.IsOperator("}")) Expect(",");
        }
        return new DictExpression(items);
    }

    private static long WholeOf(JinjaToken token) => long.TryParse(token.Text, CultureInfo.InvariantCulture, out long number) ? number
        : throw new JinjaException($"line {token.Line}: {token.Text} is too large");
}
