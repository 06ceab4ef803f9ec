using System.Reflection;
using Microsoft.Extensions.Logging;

namespace Pipeline.Tests.Architecture;

public sealed class SourceRulesTests
{
    [Theory]
    [InlineData("Pipeline.Models")]
    [InlineData("Pipeline.Data")]
    [InlineData("Pipeline.Jobs")]
    [InlineData("Pipeline.Web")]
    public void Ids_of_log_events_are_unique_in_a_project(string project)
    {
        (int Id, string Message)[] events =
        [
            .. from type in Assembly.Load(project).GetTypes()
               from method in type.GetMethods(
                   BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)
               let message = method.GetCustomAttribute<LoggerMessageAttribute>()
               where message is not null
               select (message.EventId, $"{type.Name}.{method.Name}"),
        ];
        events.GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.Message))}")
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_line_of_code_is_longer_than_140_characters() =>
        Directory.EnumerateDirectories(RepositoryRoot.Path, "Pipeline.*")
            .SelectMany(project => Directory.EnumerateFiles(project, "*", SearchOption.AllDirectories))
            .Where(file => Path.GetExtension(file) is ".cs" or ".cshtml" or ".css" or ".js" && !IsGenerated(file))
            .Append(Path.Combine(RepositoryRoot.Path, "pipeline"))
            .SelectMany(file => LongLines(File.ReadLines(file))
                .Select(line => $"{Path.GetRelativePath(RepositoryRoot.Path, file)}({line})"))
            .ShouldBeEmpty();

    [Fact]
    public void Only_the_text_of_a_raw_string_may_have_longer_lines()
    {
        string words = new('x', 150);
        LongLines([$"var a = \"{words}\";", "short", $"// {words}"]).ShouldBe([1, 3]);
        LongLines(["string a = $\"\"\"", words, "    \"\"\";", words]).ShouldBe([4]);
        LongLines([$"string a = \"\"\"{words}\"\"\";"]).ShouldBe([1]);
    }

    private static bool IsGenerated(string file)
    {
        string[] folders = Path.GetRelativePath(RepositoryRoot.Path, file).Split(Path.DirectorySeparatorChar);
        return folders.Any(folder => folder is "obj" or "bin");
    }

    /// <summary>
    /// Numbers of the lines that are too long. The lines of a raw string are data, such as a table of Markdown, and stay as they must be.
    /// </summary>
    private static IEnumerable<int> LongLines(IEnumerable<string> lines)
    {
        bool inRawString = false;
        int number = 0;
        foreach (string line in lines)
        {
            number++;
            string text = line.Trim();
            if (inRawString && text.StartsWith("\"\"\"", StringComparison.Ordinal))
                inRawString = false;
            if (line.Length > 140 && !inRawString)
                yield return number;
            if (!inRawString && text.EndsWith("\"\"\"", StringComparison.Ordinal) && text.Split("\"\"\"").Length % 2 == 0)
                inRawString = true;
        }
    }
}
