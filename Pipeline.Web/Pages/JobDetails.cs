using System.Globalization;
using System.Net;
using System.Text;
using Hangfire;
using Hangfire.Dashboard;
using Mediator;
using Pipeline.Jobs.Runs.Observation;

namespace Pipeline.Web.Pages;

/// <summary>What the dashboard's page of a job shows about its run: items, outcome, log. All text is untrusted and encoded.</summary>
internal static class JobDetails
{
    private static int _registered;

    /// <summary>The dashboard keeps its renderers for the whole process; each page asks the server that renders it.</summary>
    public static void Register()
    {
        if (Interlocked.Exchange(ref _registered, 1) == 0)
            GlobalConfiguration.Configuration.UseJobDetailsRenderer(10, Render);
    }

    private static NonEscapedString Render(JobDetailsRendererDto job)
    {
        HttpContext http = job.Page.Context.GetHttpContext();
        Guid? item = job.JobDetails.Job?.Args?.OfType<Guid>().Cast<Guid?>().FirstOrDefault();
        // The dashboard renders synchronously.
        JobWork work = http.RequestServices.GetRequiredService<ISender>().Send(new GetJobWork(job.JobId, item), http.RequestAborted)
            .AsTask().GetAwaiter().GetResult();
        return new NonEscapedString(Html(work));
    }

    internal static string Html(JobWork work)
    {
        StringBuilder html = new();
        if (work.Items.Count > 0)
        {
            html.Append(
                "<h3>Work</h3><div class=\"table-responsive\"><table "
                + "class=\"table\"><thead><tr><th>Run</th><th>Stage</th><th>Document</th><th>Attempt</th><th>State "
                + "now</th></tr></thead><tbody>");
            foreach (JobWork.Item item in work.Items)
            {
                html.Append("<tr><td><a href=\"/runs/").Append(item.RunId).Append("\">").Append(Text(item.Run)).Append("</a></td><td>")
                    .Append(item.Stage)
                    .Append("</td><td>").Append(Text(item.Document ?? "–")).Append("</td><td>")
                    .Append(item.Attempt?.ToString(CultureInfo.InvariantCulture) ?? "–")
                    .Append("</td><td>").Append(Show.Lower(item.State));
                if (item.Error is { } error) html.Append("<br><span class=\"text-danger\">").Append(Text(error)).Append("</span>");
                html.Append("<br><small class=\"text-muted\">item ").Append(item.Id).Append("</small></td></tr>");
            }
            html.Append("</tbody></table></div>");
        }
        html.Append("<h3>Log</h3>");
        if (work.Lines.Count == 0) html.Append(
            "<p class=\"text-muted\">Nothing was said yet, or it is past the time that log lines are kept.</p>");
        else
        {
            if (work.Truncated) html.Append("<p class=\"text-muted\">The last ").Append(work.Lines.Count)
                .Append(" lines; the run's page has all.</p>");
            html.Append("<pre style=\"max-height:40em;overflow:auto;white-space:pre-wrap\">");
            foreach (LogLine line in work.Lines)
            {
                html.Append(line.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture)).Append(' ')
                    .Append(Text($"{line.Level,-11} {line.Message}")).Append('\n');
                if (line.Exception is { } exception) html.Append("<span class=\"text-danger\">").Append(Text(exception))
                    .Append("</span>\n");
            }
            html.Append("</pre>");
        }
        return html.ToString();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
