namespace Pipeline.Tests;

/// <summary>The checkout the tests were built from: the nearest parent folder that holds <c>Pipeline.sln</c>.</summary>
internal static class RepositoryRoot
{
    public static string Path { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Pipeline.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException($"no parent of {AppContext.BaseDirectory} holds Pipeline.sln");
    }
}
