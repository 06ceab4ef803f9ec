using System.Text.RegularExpressions;
using Pipeline.Models.Families;

namespace Pipeline.Tests.Architecture;

/// <summary>What a model family is stands in its own file: nothing else asks which one a model belongs to.</summary>
public sealed partial class FamilyBoundaryTests
{
    private static readonly string Families = Path.Combine(RepositoryRoot.Path, "Pipeline.Models", "Families");

    [Fact]
    public void Only_the_registration_names_the_families()
    {
        string[] files = [.. Directory.EnumerateFiles(Families, "*.cs").Where(file => Specification().IsMatch(File.ReadAllText(file)))
            .Select(file => Path.GetFileNameWithoutExtension(file))];
        files.Length.ShouldBe(ModelFamilies.All.Count);
        Regex named = new($@"\b({string.Join('|', files)})\.Spec\b");
        ProductFiles().Where(file => named.IsMatch(File.ReadAllText(file))).Select(file => Path.GetFileName(file))
            .ShouldBe(["ModelFamilies.cs"]);
    }

    [Fact]
    public void Nothing_branches_on_the_type_of_a_model() =>
        ProductFiles().Where(file => Branch().IsMatch(File.ReadAllText(file))).Select(file => Path.GetFileName(file))
        .ShouldBe(["ModelFamilies.cs"]);

    private static IEnumerable<string> ProductFiles() =>
        Directory.EnumerateDirectories(RepositoryRoot.Path, "Pipeline.*").Where(project => Path.GetFileName(project) != "Pipeline.Tests")
            .SelectMany(project => Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    [GeneratedRegex(@"\bFamilySpec Spec \{ get; \}")]
    private static partial Regex Specification();

    [GeneratedRegex(@"\bModelType\s*(==|!=|is\b|switch\b)|case ""(phi3|llama|qwen2|qwen2_vl|mistral|qwen3)"":")]
    private static partial Regex Branch();
}
