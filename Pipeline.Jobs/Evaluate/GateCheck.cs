namespace Pipeline.Jobs.Evaluate;

/// <summary>One condition of a promotion.</summary>
/// <param name="Passed">Whether it holds.</param>
/// <param name="InWords">Why, with its numbers, in a language: <c>en</c> or <c>es</c>; a sentence without a full stop.</param>
public sealed record GateCheck(bool Passed, Func<string, string> InWords);
