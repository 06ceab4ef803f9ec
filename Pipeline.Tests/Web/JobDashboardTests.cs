using System.Net;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Web.Pages;

namespace Pipeline.Tests.Web;

public sealed class JobDashboardTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Hostile = "<img src=x onerror=alert(1)>.pdf";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_dashboard_says_of_a_failed_job_which_item_of_which_run_failed_and_why()
    {
        using TemporaryFolder folder = new();
        Guid run;
        RunItem[] failed;
        await using (PipelineFixture pipeline = await PipelineFixture.StartAsync(database, settings: ("Worker:Cpu", "1")))
        {
            RunOptions options = PipelineFixture.Seed(folder, (Hostile, "bad one"), ("fine.pdf", "fine"),
                ("odd.pdf", "bug one")) with
            { Name = "dashboard & co" };
            run = await pipeline.IngestAsync(folder, options);
            (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
            failed = [.. (await pipeline.Sender.Send(new ListItems(run), Stop)).Where(i => i.State == ItemState.Failed)];
        }       // its last log lines are stored by now
        failed.Length.ShouldBe(2);
        string[] jobs = (await database.ScalarAsync<string>(
            "SELECT string_agg(id::text, ',') FROM hangfire.job WHERE statename = 'Failed' AND expireat > now() + interval '1 day'"))
            .Split(',');
        jobs.Length.ShouldBeInRange(1, 2);

        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: ("Serving:VisionModel", "/nowhere"));
        string list = await PageAsync("/hangfire/jobs/failed");
        list.ShouldContain("StageFailedException");
        list.ShouldContain("encrypted; remove the password or exclude the file");
        List<string> pages = [];
        foreach (string job in jobs) pages.Add(await PageAsync("/hangfire/jobs/details/" + job));
        string all = string.Concat(pages);
        all.ShouldContain($"<a href=\"/runs/{run}\">dashboard &amp; co</a>");
        foreach (RunItem item in failed) all.ShouldContain($"item {item.Id}");
        all.ShouldContain(WebUtility.HtmlEncode($"{Hostile}: encrypted; remove the password or exclude the file"));
        all.ShouldContain("System.NotSupportedException: not thought of");         // with its stack, from the log
        all.ShouldContain("StageFakes");
        all.ShouldContain("Extract started, attempt 1");
        all.ShouldNotContain("<img src=x");

        string succeeded = await database.ScalarAsync<string>(
            "SELECT max(id)::text FROM hangfire.job WHERE statename = 'Succeeded' AND invocationdata->>'Type' LIKE '%.StageJob,%' AND "
            + "arguments->>0 = '\"Publish\"'");
        string publish = await PageAsync("/hangfire/jobs/details/" + succeeded);
        publish.ShouldContain("<td>Publish</td>");
        publish.ShouldContain("Publish done in");
        publish.ShouldNotContain("Extract started");         // other jobs' lines

        async Task<string> PageAsync(string path)
        {
            using HttpResponseMessage response = await server.GetAsync(path);
            response.StatusCode.ShouldBe(HttpStatusCode.OK, path);
            return await response.Content.ReadAsStringAsync(Stop);
        }
    }

    [Fact]
    public void Whatever_is_said_about_a_job_is_text()
    {
        const string evil = "<script>alert('x')</script>&\"";
        LogLine line = new(1, DateTimeOffset.UnixEpoch, "Error", evil, evil, evil, evil, null, 1, evil);
        string html = JobDetails.Html(new JobWork(
            [new JobWork.Item(Guid.Empty, Guid.Empty, evil, Stages.Extract, evil, 1, ItemState.Failed, evil)], [line], Truncated: true));
        html.ShouldNotContain("<script");
        html.Split(WebUtility.HtmlEncode(evil)).Length.ShouldBe(6);        // run, document, error, message, exception
    }
}
