namespace Pipeline.Tests;

/// <summary>A call that a <see cref="StandInEndpoint"/> received.</summary>
/// <param name="Number">From 0, in the order of arrival.</param>
/// <param name="Purpose"><c>facts</c>, <c>questions</c>, <c>points</c>, <c>rewrite</c>, <c>comparison</c>, <c>unanswerable</c>,
/// <c>verify</c>, <c>small</c> or <c>chat</c>.</param>
/// <param name="Prompt">Message of the user.</param>
/// <param name="Body">Of the request.</param>
/// <param name="Authorization">Header.</param>
public sealed record StandInCall(int Number, string Purpose, string Prompt, string Body, string Authorization);
