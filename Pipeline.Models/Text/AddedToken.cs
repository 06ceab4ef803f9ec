namespace Pipeline.Models.Text;

/// <summary>One entry of <c>added_tokens</c>: text that is cut out before the merges see it.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">Exact text.</param>
/// <param name="Special">Left out of decoded text on request.</param>
/// <param name="Normalized">Matched against the normalized text instead of the raw one.</param>
/// <param name="SingleWord">Only between word boundaries.</param>
/// <param name="StripLeft">Takes the white space before it.</param>
/// <param name="StripRight">Takes the white space after it.</param>
internal sealed record AddedToken(
    int Id, string Content, bool Special, bool Normalized, bool SingleWord, bool StripLeft, bool StripRight);
