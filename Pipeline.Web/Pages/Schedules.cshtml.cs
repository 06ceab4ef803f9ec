using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Jobs.Schedules;
using Pipeline.Web.Security;

namespace Pipeline.Web.Pages;

/// <summary>Folders that are run at set times.</summary>
internal sealed class SchedulesModel(ISender sender, AllowedFolders folders) : PageModel
{
    public IReadOnlyList<ScheduleEntry> Schedules { get; private set; } = [];

    public IReadOnlyList<string> Roots => folders.Roots;

    public async Task OnGetAsync(CancellationToken cancellationToken) =>
        Schedules = await sender.Send(new ListSchedules(), cancellationToken);
}
