using Mediator;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Jobs;
using Pipeline.Models;

namespace Pipeline.Web.Security;

/// <summary>
/// The folders an API caller may have the server read. Compared after following every link, so that neither <c>..</c> nor a
/// symbolic link leads out.
/// </summary>
internal sealed class AllowedFolders(IOptions<IngestOptions> options, PipelineStorage storage)
{
    /// <summary>Allowed roots, absolute.</summary>
    public IReadOnlyList<string> Roots { get; } =
        [.. options.Value.Roots.Append("samples").Append(Path.Combine(storage.Folder, "inbox")).Select(ProductFiles.Resolve).Distinct()];

    /// <returns>The folder's absolute path with links followed.</returns>
    /// <exception cref="SettingsException">It is outside the allowed roots.</exception>
    public string Check(string? folder)
    {
        if (string.IsNullOrWhiteSpace(folder))
            throw new SettingsException("folder", "nothing given; expected the folder that holds the PDFs");
        string real = RealPath(ProductFiles.Resolve(folder));
        if (Roots.Any(root => IsWithin(real, RealPath(root))))
            return real;
        throw new SettingsException("folder", $"'{folder}' is outside the folders that this server may read ({string.Join(", ", Roots)}); "
            + "start it with --allow DIR, or set Ingest__Roots__0");
    }

    /// <summary>The same for a request with run options: a refused folder is reported together with the other faults.</summary>
    /// <inheritdoc cref="Check"/>
    public async Task<string> CheckAsync(string? folder, RunOptions options, IEnumerable<SettingFault> others, ISender sender,
        CancellationToken cancellationToken)
    {
        try
        {
            return Check(folder);
        }
        catch (SettingsException e)
        {
            throw new SettingsException([.. e.Faults, .. others,
                .. await sender.Send(new FindRunOptionsFaults(options), cancellationToken)], inner: e);
        }
    }

    private static bool IsWithin(string path, string root) =>
        path == root || path.StartsWith(root.EndsWith('/') ? root : root + '/', StringComparison.Ordinal);

    private static string RealPath(string path)
    {
        string resolved = "/";
        foreach (string part in Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            string next = Path.Combine(resolved, part);
            FileSystemInfo? target = new DirectoryInfo(next) is { LinkTarget: not null } link
                ? link.ResolveLinkTarget(returnFinalTarget: true) : null;
            // What a link points to may itself lie behind links.
            resolved = target is null ? next : RealPath(target.FullName);
        }
        return resolved;
    }
}
