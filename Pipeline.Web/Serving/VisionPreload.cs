namespace Pipeline.Web.Serving;

/// <summary>Loads the image API's model while the server is already answering requests.</summary>
internal sealed class VisionPreload(VisionHost host) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => host.PreloadAsync(stoppingToken);
}
