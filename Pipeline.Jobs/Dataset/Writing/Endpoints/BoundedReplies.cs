namespace Pipeline.Jobs.Dataset.Writing.Endpoints;

/// <summary>Takes bodies into memory up to a limit: an endpoint that never stops sending costs one call, not the process.</summary>
internal sealed class BoundedReplies(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int LargestReply = 16 << 20;          // bytes

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response = await base.SendAsync(request, cancellationToken);
        try
        {
            await response.Content.LoadIntoBufferAsync(LargestReply, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }
}
