using System.Xml.Linq;

namespace Pipeline.Tests.Architecture;

public sealed class DependencyTests
{
    [Theory]
    [InlineData("Pipeline.Models", "")]
    [InlineData("Pipeline.Data", "")]
    [InlineData("Pipeline.Client", "")]
    [InlineData("Pipeline.Starter", "Pipeline.Models")]
    [InlineData("Pipeline.Jobs", "Pipeline.Data,Pipeline.Models")]
    [InlineData("Pipeline.Web", "Pipeline.Jobs,Pipeline.Starter")]
    public void Projects_reference_only_the_layers_below_them(string project, string allowed)
    {
        XDocument file = XDocument.Load(Path.Combine(RepositoryRoot.Path, project, project + ".csproj"));
        string[] references = file.Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value.Replace('\\', '/')))
            .Order(StringComparer.Ordinal).ToArray();
        references.ShouldBe(allowed.Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("Pipeline.Models", "Hangfire,Microsoft.EntityFrameworkCore,Npgsql,Microsoft.AspNetCore")]
    [InlineData("Pipeline.Data", "Hangfire,TorchSharp")]
    [InlineData("Pipeline.Jobs", "Hangfire.AspNetCore")]
    public void Projects_do_not_know_what_belongs_to_other_layers(string project, string forbidden)
    {
        XDocument file = XDocument.Load(Path.Combine(RepositoryRoot.Path, project, project + ".csproj"));
        string[] packages = file.Descendants("PackageReference").Select(r => r.Attribute("Include")!.Value).ToArray();
        foreach (string prefix in forbidden.Split(','))
            packages.ShouldNotContain(p => p.StartsWith(prefix, StringComparison.Ordinal));
    }
}
