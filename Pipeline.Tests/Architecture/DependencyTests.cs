using System.Xml.Linq;
using ArchUnitNET.Domain;
using ArchUnitNET.Fluent;
using ArchUnitNET.Loader;
using ArchUnitNET.xUnitV3;
using static ArchUnitNET.Fluent.ArchRuleDefinition;

namespace Pipeline.Tests.Architecture;

/// <summary>Who may know whom: read from the compiled assemblies, and from the project files for what leaves no trace in them.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Projects =
        ["Pipeline.Models", "Pipeline.Data", "Pipeline.Jobs", "Pipeline.Web", "Pipeline.Client", "Pipeline.Tools"];

    private static readonly Lazy<ArchUnitNET.Domain.Architecture> Product = new(() =>
        new ArchLoader().LoadAssemblies([.. Projects.Select(System.Reflection.Assembly.Load)]).Build());

    [Theory]
    [InlineData("Pipeline.Models", "")]
    [InlineData("Pipeline.Data", "")]
    [InlineData("Pipeline.Client", "")]
    [InlineData("Pipeline.Jobs", "Pipeline.Data,Pipeline.Models")]
    [InlineData("Pipeline.Web", "Pipeline.Jobs")]
    [InlineData("Pipeline.Tools", "Pipeline.Web")]
    public void Projects_reference_only_the_layers_below_them(string project, string allowed)
    {
        References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')))
            .Order(StringComparer.Ordinal).ShouldBe(allowed.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("Pipeline.Models", "Hangfire,Microsoft.EntityFrameworkCore,Npgsql,Microsoft.AspNetCore")]
    [InlineData("Pipeline.Data", "Hangfire,TorchSharp,Microsoft.AspNetCore")]
    [InlineData("Pipeline.Jobs", "Hangfire.AspNetCore,Microsoft.AspNetCore")]
    [InlineData("Pipeline.Client", "Hangfire,TorchSharp,Microsoft.EntityFrameworkCore,Microsoft.AspNetCore")]
    public void Projects_do_not_know_what_belongs_to_other_layers(string project, string forbidden)
    {
        string[] references = [.. References(project, "PackageReference"), .. References(project, "FrameworkReference")];
        foreach (string prefix in forbidden.Split(','))
            references.ShouldNotContain(p => p.StartsWith(prefix, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("Pipeline.Models", "Pipeline.Data", "Pipeline.Jobs", "Pipeline.Web", "Pipeline.Tools")]
    [InlineData("Pipeline.Data", "Pipeline.Models", "Pipeline.Jobs", "Pipeline.Web", "Pipeline.Tools")]
    [InlineData("Pipeline.Jobs", "Pipeline.Web", "Pipeline.Tools", "Pipeline.Client")]
    [InlineData("Pipeline.Web", "Pipeline.Tools", "Pipeline.Client")]
    public void Types_depend_downwards(string project, params string[] above)
    {
        foreach (string other in above)
        {
            IArchRule rule = Types().That().ResideInAssemblyMatching($"^{project},").Should()
                .NotDependOnAny(Types().That().ResideInAssemblyMatching($"^{other},")).WithoutRequiringPositiveResults();
            rule.Check(Product.Value);
        }
    }

    /// <summary>Stages may use the engine room; it knows them by their rows only.</summary>
    [Fact]
    public void The_orchestration_knows_no_stage()
    {
        string[] stages = ["Ingest", "Extract", "Caption", "Dataset", "Train", "Evaluate", "Report", "Publish"];
        Edges("Pipeline.Jobs").Where(e => e.From == "Orchestration" && stages.Contains(e.To)).ShouldBeEmpty();
    }

    [Fact]
    public void Folders_of_a_project_do_not_depend_on_each_other_in_both_directions()
    {
        List<string> both = [];
        foreach (string project in Projects)
        {
            (string From, string To, string Example)[] edges = [.. Edges(project)];
            foreach ((string from, string to, string example) in edges)
                if (string.CompareOrdinal(from, to) < 0
                    && edges.FirstOrDefault(e => e.From == to && e.To == from) is { From: not null } back)
                    both.Add($"{project}: {from} and {to}, by {example} and {back.Example}");
        }
        both.ShouldBeEmpty();
    }

    /// <summary>Dependencies between the top-level folders of a project, each with one example.</summary>
    private static IEnumerable<(string From, string To, string Example)> Edges(string project) =>
        from type in Product.Value.Types
        let folder = FolderOf(project, type)
        where folder is not null
        from dependency in type.Dependencies
        let target = FolderOf(project, dependency.Target)
        where target is not null && target != folder && dependency.Target is not GenericParameter
        group $"{type.Name} → {dependency.Target.Name}" by (folder, target) into edge
        select (edge.Key.folder, edge.Key.target, edge.First());

    private static string? FolderOf(string project, IType type)
    {
        string name = type.Namespace?.FullName ?? "";
        return name.StartsWith(project + ".", StringComparison.Ordinal) && type.Assembly.Name.StartsWith(project, StringComparison.Ordinal)
            ? name[(project.Length + 1)..].Split('.')[0]
            : null;
    }

    private static IEnumerable<string> References(string project, string kind) =>
        XDocument.Load(Path.Combine(RepositoryRoot.Path, project, project + ".csproj")).Descendants(kind)
        .Select(r => r.Attribute("Include")!.Value);
}
