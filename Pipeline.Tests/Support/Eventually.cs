namespace Pipeline.Tests;

/// <summary>Waits for what must happen sooner or later.</summary>
internal static class Eventually
{
    /// <summary>
    /// Ends a test that would hang. No machine is so slow that something on its way takes this long, so nothing else may be concluded from
    /// it.
    /// </summary>
    public static readonly TimeSpan HangLimit = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Waits until a condition holds.</summary>
    /// <param name="condition">Asked again and again.</param>
    /// <param name="what">What is waited for, for the message of a test that hangs.</param>
    /// <exception cref="TimeoutException">It never held.</exception>
    public static Task TrueAsync(Func<Task<bool>> condition, string what) =>
        ValueAsync(async () => await condition() ? new object() : null, what);

    /// <inheritdoc cref="TrueAsync(Func{Task{bool}}, string)"/>
    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(() => Task.FromResult(condition()), what);

    /// <summary>Waits until there is a value.</summary>
    /// <param name="ask">Asked again and again; null means not yet.</param>
    /// <param name="what">What is waited for, for the message of a test that hangs.</param>
    /// <exception cref="TimeoutException">There never was one.</exception>
    public static async Task<T> ValueAsync<T>(Func<Task<T?>> ask, string what)
        where T : class
    {
        for (DateTime end = DateTime.UtcNow + HangLimit; ; await Task.Delay(Pause, Stop))
        {
            if (await ask() is { } value) return value;
            if (DateTime.UtcNow > end) throw new TimeoutException($"waited {HangLimit.TotalMinutes} minutes in vain: {what}");
        }
    }
}
