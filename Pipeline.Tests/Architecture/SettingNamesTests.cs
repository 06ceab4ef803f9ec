using System.Reflection;
using System.Text.RegularExpressions;
using Pipeline.Jobs;
using Pipeline.Jobs.Train.Engines;
using Pipeline.Models.Training.Configuration;

using Pipeline.Jobs.Dataset.Phrasing;

namespace Pipeline.Tests.Architecture;

/// <summary>
/// Messages advise settings. These tests find every name of a setting in the texts of the product and look it up where settings are
/// defined.
/// </summary>
public sealed partial class SettingNamesTests
{
    private static readonly string[] Projects = ["Pipeline.Models", "Pipeline.Data", "Pipeline.Jobs", "Pipeline.Web"];

    // What looks like a run option and is a file, or a property of an element in a page's script.
    private static readonly string[] FileEndings = ["jsonl", "json", "yaml", "lock"];

    [Fact]
    public void Run_options_in_messages_exist()
    {
        HashSet<string> keys = [.. TrainingKey.All.Select(key => key.Name)];
        string[] found = [.. Texts("*.cs", "*.cshtml").SelectMany(text => RunOption().Matches(text).Select(name => name.Value))
            .Where(name => !FileEndings.Contains(name.Split('.')[1])).Distinct()];
        found.ShouldContain("dataset.writing.endpoint");
        foreach (string name in found.Except(PhraseRules.All.Keys))         // groups of phrasings, such as caption.question
            (name.StartsWith("training.", StringComparison.Ordinal)
                ? keys.Contains(name["training.".Length..]) : RunOptionsSchema.Names.Contains(name))
                .ShouldBeTrue($"a message names {name}, which is no run option");
    }

    [Fact]
    public void Settings_of_the_server_in_messages_exist()
    {
        HashSet<string> known = [.. Sections().SelectMany(section => NamesIn(section.Type, section.Name)), "ConnectionStrings:Pipeline"];
        string[] found = [.. Texts("*.cs", "*.cshtml").Select(text => Interpolation().Replace(text, ""))
            .SelectMany(text => ServerSetting().Matches(text)
            .Select(name => name.Value.Replace("__", ":", StringComparison.Ordinal))).Distinct()];
        found.ShouldContain("Serving:VisionModel");
        found.ShouldContain("Artifacts:S3:Bucket");
        foreach (string name in found)
            known.ShouldContain(name, $"a message names {name}, which is no setting of the server");
    }

    [Fact]
    public void Training_keys_in_messages_about_training_exist()
    {
        // Keys of this product, keys it knows without computing them, parts of lr_scheduler_kwargs, and values that look like keys.
        HashSet<string> known =
        [
            .. TrainingKey.All.Select(key => key.Name), .. ForeignKeys.Names, .. TrainingKey.All.SelectMany(key => key.Takes.Split(" | ")),
            "num_cycles", "min_lr", "min_lr_rate", "warmup_lr_rate", "lr_end", "num_decay_steps", "num_stable_steps", "warmup_type",
            "decay_type", "min_lr_ratio",
            "qkv_proj", "o_proj", "dataset_info",
        ];
        string[] found = [.. TextsBelow(Path.Combine(RepositoryRoot.Path, "Pipeline.Models", "Training"), "*.cs")
            .Where(text => Advice().IsMatch(text))
            .SelectMany(text => Underscored().Matches(Interpolation().Replace(text, "")).Select(name => name.Value)).Distinct()];
        found.ShouldContain("overwrite_output_dir");
        foreach (string name in found)
            known.ShouldContain(name, $"a message about training names {name}, which is no key");
    }

    [Fact]
    public void Names_made_of_properties_are_those_of_files() =>
        (RunOptionsSchema.NameOf(o => o.Extraction.MaxPages), RunOptionsSchema.NameOf(o => o.BaseModel),
        RunOptionsSchema.NameOf(o => o.Caption.Enabled))
            .ShouldBe(("extraction.max_pages", "base_model", "caption.enabled"));

    /// <summary>The sections of the server's configuration, as the product binds them.</summary>
    internal static IEnumerable<(string Name, Type Type)> Sections()
    {
        Type[] types = [.. new[] { typeof(RunOptions).Assembly, typeof(Pipeline.Data.DataOptions).Assembly,
            typeof(Pipeline.Web.Hosting.HostSettings).Assembly }
            .SelectMany(assembly => assembly.GetTypes())];
        (string, Type)[] bound = [.. Sources("*.cs").SelectMany(file => Binding().Matches(File.ReadAllText(file)))
            .Select(match => (match.Groups["section"].Value, types.Single(type => type.Name == match.Groups["type"].Value)))];
        bound.Length.ShouldBeGreaterThan(5, "the product binds its sections in another way than this test knows");
        return [.. bound, (EngineCatalog.Section, typeof(object))];
    }

    private static IEnumerable<string> NamesIn(Type section, string prefix) =>
        section.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(setting => setting.SetMethod is not null)
        .SelectMany(setting => setting.PropertyType.Name.EndsWith("Options", StringComparison.Ordinal)
            ? NamesIn(setting.PropertyType, $"{prefix}:{setting.Name}").Append($"{prefix}:{setting.Name}")
            : [$"{prefix}:{setting.Name}", $"{prefix}:{setting.Name}:0"]);

    private static IEnumerable<string> Sources(params string[] patterns) =>
        Projects.SelectMany(project => Files(Path.Combine(RepositoryRoot.Path, project), patterns));

    private static IEnumerable<string> Files(string folder, params string[] patterns) => patterns
        .SelectMany(pattern => Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories))
        .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal));

    /// <summary>Lines with texts for people: literals of the code, and what pages show.</summary>
    private static IEnumerable<string> Texts(params string[] patterns) => Sources(patterns).SelectMany(Lines);

    private static IEnumerable<string> TextsBelow(string folder, string pattern) => Files(folder, pattern).SelectMany(Lines);

    private static IEnumerable<string> Lines(string file) => file.EndsWith(".cshtml", StringComparison.Ordinal)
        ? File.ReadLines(file).Select(line => Tag().Replace(line, " "))
        : File.ReadLines(file).Where(line => !line.TrimStart().StartsWith("//", StringComparison.Ordinal))
            .SelectMany(line => Literal().Matches(line).Select(literal => literal.Value));

    [GeneratedRegex(@"\b(?:extraction|caption|dataset|train|training|evaluation|publish)(?:\.[a-z_]+)+\b(?!\()")]
    private static partial Regex RunOption();

    // At least one small letter before the colon: MI:SS is a format of a time.
    [GeneratedRegex(@"\b[A-Z][A-Za-z0-9]*[a-z0-9](?:(?::|__)[A-Z0-9][A-Za-z0-9]*)+\b")]
    private static partial Regex ServerSetting();

    [GeneratedRegex(@"\b[a-z0-9]+(?:_[a-z0-9]+)+\b")]
    private static partial Regex Underscored();

    // How messages tell what to do.
    [GeneratedRegex(@"; (?:use|give|set|raise|start|lower|take)\b|needs |cannot be used together")]
    private static partial Regex Advice();

    [GeneratedRegex("""\$?"(?:[^"\\]|\\.)*""" + "\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"\{[^{}]*\}")]
    private static partial Regex Interpolation();

    [GeneratedRegex("<[^>]*>")]
    private static partial Regex Tag();

    [GeneratedRegex(
        """(?:AddOptions|AddPipelineOptions)<(?<type>\w+)>\((?:\)\s*\.BindConfiguration\()?"(?<section>\w+)"|"""
        + """GetSection\("(?<section>\w+)"\)\.Get<(?<type>\w+)>""")]
    private static partial Regex Binding();
}
