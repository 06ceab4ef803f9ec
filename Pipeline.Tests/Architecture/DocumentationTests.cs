using System.Text.RegularExpressions;
using Pipeline.Jobs;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Tests.Architecture;

/// <summary>The documentation names every setting, names none that does not exist, and its links lead somewhere.</summary>
public sealed partial class DocumentationTests
{
    private const int ReadmeBytes = 8 * 1024;

    // Sections whose names are the operator's, or belong to logging libraries; and parts of engines as their table writes them.
    private static readonly string[] Open = ["Engines__", "Endpoints__", "Logging__", "Serilog__", "Environment__NAME", "Settings__KEY"];

    private static readonly string Operations = Read("docs/operations.md"), Training = Read("docs/training.md");

    [Fact]
    public void The_readme_can_be_read_in_one_go() =>
        new FileInfo(Path.Combine(RepositoryRoot.Path, "README.md")).Length
            .ShouldBeLessThanOrEqualTo(ReadmeBytes, "move what is too much into docs/");

    [Fact]
    public void Every_setting_of_the_server_is_documented()
    {
        string[] missing = [.. ServerSettings().Where(name => !Operations.Contains($"`{name}`", StringComparison.Ordinal))];
        missing.ShouldBeEmpty("docs/operations.md lacks settings of the server");
    }

    [Fact]
    public void Every_setting_of_a_run_is_documented()
    {
        string[] missing = [.. RunOptionsSchema.Names.Where(name => !Operations.Contains($"| `{name}` |", StringComparison.Ordinal))];
        missing.ShouldBeEmpty("docs/operations.md lacks settings of a run");
    }

    [Fact]
    public void Every_key_of_a_training_is_documented()
    {
        string[] missing = [.. TrainingKey.All.Select(key => key.Name)
            .Where(name => !Training.Contains($"`{name}`", StringComparison.Ordinal))];
        missing.ShouldBeEmpty("docs/training.md lacks keys");
    }

    [Fact]
    public void Settings_that_the_documentation_names_exist()
    {
        HashSet<string> known = [.. ServerSettings(), "ConnectionStrings__Pipeline"];
        List<string> unknown = [];
        foreach (string page in Pages())
            foreach (string name in Setting().Matches(Read(page)).Select(match => LaterOfList().Replace(match.Value, "__0")))
                if (!known.Contains(name) && !Open.Any(begin => name.StartsWith(begin, StringComparison.Ordinal)))
                    unknown.Add($"{page}: {name}");
        unknown.ShouldBeEmpty();
    }

    [Fact]
    public void Links_of_the_documentation_lead_to_files_and_headings_that_exist()
    {
        List<string> broken = [];
        foreach (string page in Pages())
            foreach (Match link in Link().Matches(Read(page)))
            {
                string folder = Path.GetDirectoryName(Path.Combine(RepositoryRoot.Path, page))!;
                string file = link.Groups["file"].Value is { Length: > 0 } other ? other : Path.GetFileName(page);
                string target = Path.Combine(folder, file);
                string heading = link.Groups["heading"].Value;
                if (!Path.Exists(target) || (heading.Length > 0 && !Headings(target).Contains(heading)))
                    broken.Add($"{page}: {link.Value}");
            }
        broken.ShouldBeEmpty();
    }

    /// <summary>Settings as environment variables spell them; the first of a list stands for all.</summary>
    private static IEnumerable<string> ServerSettings() => SettingNamesTests.Sections()
        .Where(section => section.Type != typeof(object))
        .SelectMany(section => NamesIn(section.Type, section.Name)).Distinct();

    private static IEnumerable<string> NamesIn(Type section, string prefix) => section.GetProperties()
        .Where(setting => setting.SetMethod is not null)
        .SelectMany(setting => setting.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? NamesIn(setting.PropertyType, $"{prefix}__{setting.Name}")
            : [setting.PropertyType.IsArray ? $"{prefix}__{setting.Name}__0" : $"{prefix}__{setting.Name}"]);

    private static IEnumerable<string> Pages() =>
        Directory.EnumerateFiles(Path.Combine(RepositoryRoot.Path, "docs"), "*.md", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(RepositoryRoot.Path, file)).Append("README.md").Append("CONTRIBUTING.md");

    // As GitHub makes them: lower case, spaces to hyphens, punctuation gone.
    private static HashSet<string> Headings(string file) => [.. Heading().Matches(File.ReadAllText(file))
        .Select(heading => Punctuation().Replace(heading.Groups["text"].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'))];

    private static string Read(string page) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, page));

    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]*[a-z0-9](?:__[A-Z0-9][A-Za-z0-9]*)+\b")]
    private static partial Regex Setting();

    [GeneratedRegex(@"__[0-9]+$")]
    private static partial Regex LaterOfList();

    [GeneratedRegex(@"\]\((?!https?:)(?<file>[^)#\s]*)(?:#(?<heading>[^)\s]+))?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (?<text>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();
}
