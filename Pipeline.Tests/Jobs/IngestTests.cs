using System.IO.Compression;
using System.Text;
using Mediator;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Results;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs;

public sealed class IngestTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_folder_becomes_a_pending_run_with_its_whole_configuration()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("a.PDF"), "%PDF-1.4", Stop);
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        RunAccepted accepted = await sender.Send(new IngestFolder(folder.Path,
            new RunOptions { Name = "specialist", BaseModel = "starter/phi4-starter" }), Stop);

        RunDetails run = (await sender.Send(new GetRun(accepted.RunId), Stop)).ShouldNotBeNull();
        run.Summary.State.ShouldBe(RunState.Pending);
        run.SourceFolder.ShouldBe(folder.Path);
        run.Options.GetProperty("base_model").GetString()
            .ShouldBe(Path.Combine(RepositoryRoot.Path, "starter", "phi4-starter"), "whoever works on it means the same folder");
        run.Options.GetProperty("caption").GetProperty("max_new_tokens").GetInt32().ShouldBe(96);
        (await sender.Send(new ListRuns(), Stop))
            .ShouldContain(r => r.Id == accepted.RunId && r.Stage == Stages.Ingest && r.ItemsOpen == 1);
        (await sender.Send(new CancelRun(accepted.RunId), Stop)).ShouldBeTrue();
        (await sender.Send(new CancelRun(accepted.RunId), Stop)).ShouldBeFalse();
        (await sender.Send(new ListItems(accepted.RunId), Stop)).ShouldHaveSingleItem().State.ShouldBe(ItemState.Canceled);
    }

    [Fact]
    public async Task Folders_that_are_missing_empty_or_files_are_refused_with_the_fix()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder.File("notes.txt"), "no pdf", Stop);
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        async Task<string> RefusalAsync(string path, RunOptions? options = null) =>
            (await Should.ThrowAsync<InputException>(async () =>
                await sender.Send(new IngestFolder(path, options ?? new RunOptions()), Stop))).Message;

        (await RefusalAsync(folder.Path))
            .ShouldBe($"folder: {folder.Path} has no .pdf files; put the documents there or give another folder");
        (await RefusalAsync(folder.File("none"))).ShouldContain("no such folder");
        (await RefusalAsync(folder.File("notes.txt"))).ShouldContain("is a file; give the folder");
        string both = await RefusalAsync(folder.Path,
            new RunOptions { Caption = new() { MaxNewTokens = 0 }, Evaluation = new() { Generations = -1 } });
        both.Split(Environment.NewLine).ShouldBe(
        [
            $"folder: {folder.Path} has no .pdf files; put the documents there or give another folder",
            "caption.max_new_tokens: 0 is out of range; use 1 to 4096",
            "evaluation.generations: -1 is out of range; use 0 to 1000",
        ]);
    }

    [Fact]
    public async Task Uploads_and_the_pdfs_of_a_zip_are_stored_under_harmless_unique_names()
    {
        MemoryStream zip = new();
        using (ZipArchive archive = new(zip, ZipArchiveMode.Create, leaveOpen: true))
            foreach ((string name, string text) in new[] { ("../../etc/a.pdf", "%PDF one"), ("sub/b.pdf", "%PDF two"),
                ("readme.txt", "no") })
                await using (Stream entry = archive.CreateEntry(name).Open()) await entry.WriteAsync(Encoding.UTF8.GetBytes(text), Stop);
        zip.Position = 0;
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        RunAccepted accepted = await sender.Send(new IngestFiles(
            [new IncomingFile("C:\\docs\\a.pdf", new MemoryStream(Encoding.UTF8.GetBytes("%PDF one"))), new IncomingFile("more.zip", zip)],
            new RunOptions()), Stop);

        IReadOnlyList<DocumentEntry> documents = await sender.Send(new ListDocuments(accepted.RunId), Stop);
        documents.Select(d => d.Path).ShouldBe(["a-2.pdf", "a.pdf", "b.pdf"], ignoreOrder: true);
        documents.Single(d => d.Path == "a-2.pdf").DuplicateOf.ShouldBe("a.pdf");
        foreach (DocumentEntry document in documents) (await database.Storage.Artifacts.ExistsAsync(document.Sha256, Stop)).ShouldBeTrue();
    }

    [Theory]
    [InlineData("x.docx", "expected a .pdf or .zip file")]
    [InlineData("x.zip", "is not a zip file")]
    public async Task Other_uploads_are_refused_by_name(string name, string message)
    {
        await using ServiceProvider services = database.Services(s => s.AddPipelineJobs());
        ISender sender = services.GetRequiredService<ISender>();
        InputException refusal = await Should.ThrowAsync<InputException>(async () =>
            await sender.Send(new IngestFiles([new IncomingFile(name, new MemoryStream([1, 2, 3]))], new RunOptions()), Stop));
        refusal.Message.ShouldContain(name);
        refusal.Message.ShouldContain(message);
    }
}
