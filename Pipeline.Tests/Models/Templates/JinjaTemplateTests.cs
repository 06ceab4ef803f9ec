using Pipeline.Models.Jinja;

namespace Pipeline.Tests.Models.Templates;

/// <summary>The template language, against what Jinja 3.1 writes with transformers' settings.</summary>
public sealed class JinjaTemplateTests
{
    [Theory]
    [InlineData("{{ 'a' ~ 1 ~ none ~ true }}", "a1NoneTrue")]
    [InlineData("{{ -7 // 2 }} {{ -7 % 3 }} {{ 2 ** 3 ** 2 }} {{ 7 / 2 }} {{ 1e16 }} {{ 0.1 + 0.2 }}",
        "-4 2 64 3.5 1e+16 0.30000000000000004")]
    [InlineData("{{ [1, 'a', none, 1.0, (2,)] }} {{ {'a': \"it's\"} }}", "[1, 'a', None, 1.0, (2,)] {'a': \"it's\"}")]
    [InlineData("{{ 'abc'[::-1] }}{{ 'abc'[-2:] }}{{ [1,2,3][1:] }}", "cbabc[2, 3]")]
    [InlineData("{{ 'x🙂y'|length }}{{ 'x🙂y'[1] }}", "3🙂")]
    [InlineData("{% for i in range(3) %}{{ loop.index }}{{ ',' if not loop.last }}{% else %}none{% endfor %}", "1,2,3")]
    [InlineData("{% for i in [] %}x{% else %}none{% endfor %}", "none")]
    [InlineData("{% for i in [1,2,3,4] %}{% if i == 2 %}{% continue %}{% endif %}{% if i == 4 %}{% break %}{% endif %}{{ i }}{% endfor %}",
        "13")]
    [InlineData("{% set x = 1 %}{% for i in [1,2] %}{% set x = x + 1 %}{% endfor %}{{ x }}", "1")]
    [InlineData("{% set n = namespace(x=1) %}{% for i in [1,2] %}{% set n.x = n.x + i %}{% endfor %}{{ n.x }}", "4")]
    [InlineData("{% macro m(a, b='x') %}{{ a }}{{ b }}{{ kwargs.c }}{% endmacro %}{{ m(1) }}{{ m(b=2, a=3, c=4) }}", "1x324")]
    [InlineData("{% macro m() %}<{{ caller(2) }}>{% endmacro %}{% call(v) m() %}{{ v + 1 }}{% endcall %}", "<3>")]
    [InlineData("{% set t %}a{{ 1 }}{% endset %}{{ t|upper }}{% filter upper %}b{% endfilter %}", "A1B")]
    [InlineData("{% with a = 1, b = 2 %}{{ a + b }}{% endwith %}{{ a is defined }}", "3False")]
    [InlineData("{% raw %}{{ x }}{% endraw %}", "{{ x }}")]
    [InlineData("{% for a, b in {'x': 1}.items() %}{{ a }}{{ b }}{% endfor %}", "x1")]
    [InlineData("{% for n in [1, [2, [3]]] recursive %}{{ loop(n) if n is iterable else n }}{% endfor %}", "123")]
    [InlineData("a\n  {% if true %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc")]
    [InlineData("a \n {%- if true -%} \n b {%+ if true %} \n{% endif %}{% endif %}", "ab  \n")]
    [InlineData("{{ x.y is defined if x is defined else 'no' }}{{ x }}{{ x|default('d') }}{{ x|length }}", "nod0")]
    [InlineData("{{ 'a,b,,c'.split(',') }}{{ ' a  b '.split() }}{{ 'a-b-c'.rsplit('-', 1) }}", "['a', 'b', '', 'c']['a', 'b']['a-b', 'c']")]
    [InlineData("{{ [{'a': 1}, {'a': 2}]|selectattr('a', 'gt', 1)|map(attribute='a')|list }}", "[2]")]
    [InlineData("{{ {'b': [1, {'é': '<&>'}], 'a': none}|tojson }}", "{\"b\": [1, {\"é\": \"<&>\"}], \"a\": null}")]
    [InlineData("{{ {'b': [], 'a': {'c': 1}}|tojson(indent=1) }}", "{\n \"b\": [],\n \"a\": {\n  \"c\": 1\n }\n}")]
    [InlineData("{{ '%s|%5d|%-4s|%05.1f' % ('a', 3, 'b', 2.25) }}", "a|    3|b   |002.2")]
    [InlineData("{{ 1 < 2 < 3 }}{{ 'b' not in 'abc' }}{{ not 1 == 2 }}{{ 1 if false }}", "TrueFalseTrue")]
    [InlineData("{{ strftime_now('%d %b %Y') }}", "03 Feb 2025")]
    [InlineData("{# a #}x{#- b -#} y", "xy")]
    [InlineData("{% generation %}a{% endgeneration %}{{ ['b', 'a']|sort|join }}{{ [1, 1.0, true, 2]|unique|list }}", "aab[1, 2]")]
    public void A_template_writes_what_the_reference_writes(string template, string expected) => Render(template).ShouldBe(expected);

    [Theory]
    [InlineData("{{ x.y }}", "'x' is undefined")]
    [InlineData("{{ 'a' + x }}", "'x' is undefined")]
    [InlineData("{{ 'a' + 1 }}", "'+' takes no str with a int")]
    [InlineData("{{ [].append(1) }}", "'append' would change a value, which templates may not")]
    [InlineData("{{ ''.__class__ }}{{ ''.__class__.__mro__ }}", "'__class__' of a str is undefined")]
    [InlineData("{% include 'x' %}", "line 1: 'include' is not computed here")]
    [InlineData("{{ x|nope }}", "there is no filter 'nope'")]
    [InlineData("{% for i in x %}", "line 1: found End where else or endfor for 'for' is expected")]
    [InlineData("{{ 'a", "line 1: a string is not closed")]
    [InlineData("{{ 1 // 0 }}", "division by zero")]
    public void What_cannot_be_done_is_told(string template, string expected) =>
        Should.Throw<JinjaException>(() => Render(template)).Message.ShouldContain(expected);

    [Fact]
    public void A_refusal_is_the_templates_own_text() =>
        Should.Throw<JinjaRefusal>(() => Render("{{ raise_exception('Roles must alternate: ' ~ 'user') }}"))
            .Message.ShouldBe("Roles must alternate: user");

    [Theory]
    [InlineData("{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}", "steps")]
    [InlineData("{% set n = namespace(t='x') %}{% for i in range(60) %}{% set n.t = n.t + n.t %}{% endfor %}", "characters")]
    [InlineData("{{ 'x' * 10000000000 }}", "characters")]
    [InlineData("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "nested more than 100 deep")]
    [InlineData("{{ range(10000000) }}", "range has more than")]
    [InlineData("{% for i in range(100) %}{{ 'x' * 1000000 }}{% endfor %}", "it writes more than")]
    public void A_template_that_would_not_end_is_given_up(string template, string expected) =>
        Should.Throw<JinjaException>(() => Render(template)).Message.ShouldContain(expected);

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    public void Deep_nesting_is_an_error_and_not_the_end_of_the_process(string open, string close)
    {
        string template = "{{ " + string.Concat(Enumerable.Repeat(open, 200_000)) + "1"
            + string.Concat(Enumerable.Repeat(close, 200_000)) + " }}";
        Should.Throw<JinjaException>(() => Render(template)).Message.ShouldContain("nested too deeply");
    }

    private static string Render(string template) =>
        JinjaTemplate.Parse(template, new StoppedClock()).Render(new Dictionary<string, object?>());

    private sealed class StoppedClock : TimeProvider
    {
        public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

        public override DateTimeOffset GetUtcNow() => new(2025, 2, 3, 4, 5, 6, TimeSpan.Zero);
    }
}
