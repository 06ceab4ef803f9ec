namespace Pipeline.Web.Serving;

/// <summary>A model that stays in memory until this is disposed.</summary>
internal sealed class ModelLease<T>(T model, Action onReturned) : IDisposable
    where T : ResidentModel
{
    private Action? _onReturned = onReturned;

    public T Model { get; } = model;

    public void Dispose() => Interlocked.Exchange(ref _onReturned, null)?.Invoke();
}
