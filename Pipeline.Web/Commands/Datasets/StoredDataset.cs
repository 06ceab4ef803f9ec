using Mediator;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Models;
using Pipeline.Web.Commands.Runs;

namespace Pipeline.Web.Commands.Datasets;

/// <summary>A dataset as commands name it: a folder, or the id of one in the database.</summary>
internal static class StoredDataset
{
    public const string Description = "Folder of a dataset, or the id of one in the database, as GET /api/datasets shows it";

    /// <summary>The id; null where a folder or file is meant.</summary>
    public static Guid? IdOf(string dataset) =>
        !Directory.Exists(dataset) && !File.Exists(dataset) && Guid.TryParse(dataset, out Guid id) ? id : null;

    /// <summary>All rows, rejected ones included.</summary>
    /// <exception cref="InputException">There is no such dataset.</exception>
    public static async Task<IReadOnlyList<Row>> RowsAsync(string dataset, string dataFolder, CancellationToken ct)
    {
        if (IdOf(dataset) is not { } id) return (await DatasetImport.ReadAsync(dataset, new ImportOptions(), ct)).Rows;
        IReadOnlyList<Row>? rows = null;
        await StoredWork.WithAsync(dataFolder, async sender => rows = await sender.Send(new ReadRows(id), ct), ct);
        return rows ?? throw Missing(id);
    }

    /// <exception cref="InputException">The answer is null: there is no such dataset.</exception>
    public static async Task<T> AskAsync<T>(string dataFolder, Guid id, Func<ISender, ValueTask<T?>> ask, CancellationToken ct)
        where T : class
    {
        T? answer = null;
        await StoredWork.WithAsync(dataFolder, async sender => answer = await ask(sender), ct);
        return answer ?? throw Missing(id);
    }

    private static InputException Missing(Guid id) => new($"there is no dataset {id} in the database of this data folder");
}
