using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>
/// Notes in the draft of the next version what becomes of a row. Of two decisions about one row the later one stands. Null when there is
/// no such row.
/// </summary>
/// <param name="DatasetId">Its dataset, which stays as it is.</param>
/// <param name="Hash">Hash of the row.</param>
/// <param name="Decision"><c>accept</c>, <c>reject</c> or <c>edit</c>.</param>
/// <param name="Edit">What an edit changes; null otherwise.</param>
/// <param name="Author">Who decides.</param>
/// <param name="Reason">Why, in the person's words.</param>
public sealed record DecideRow(Guid DatasetId, string Hash, string Decision, RowEdit? Edit, string Author, string? Reason)
    : IRequest<RowEntry?>, IValidated
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (!DraftDecision.All.Contains(Decision))
            yield return new SettingFault("decision", $"found '{Decision}'; expected {string.Join(", ", DraftDecision.All)}");
        if (Decision == DraftDecision.Edit && Edit is null) yield return new SettingFault("edit", "is missing; say what changes");
        if (Decision != DraftDecision.Edit && Edit is not null) yield return new SettingFault("edit", "is only for the decision edit");
        if (Edit is not null)
            foreach (SettingFault fault in Edit.Problems()) yield return fault;
        if (string.IsNullOrWhiteSpace(Author) || Author.Length > 200 || Author.Contains('\0', StringComparison.Ordinal))
            yield return new SettingFault("author", "expected 1 to 200 characters");
        if (Reason?.Length > 500 || Reason?.Contains('\0', StringComparison.Ordinal) == true)
            yield return new SettingFault("reason", "expected at most 500 characters, none of them zero");
    }
}

internal sealed class DecideRowHandler(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
    : IRequestHandler<DecideRow, RowEntry?>, IRequestHandler<WithdrawDecision, bool>
{
    public async ValueTask<RowEntry?> Handle(DecideRow request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        DatasetExample? found = await Drafts.FindAsync(db, request.DatasetId, request.Hash, cancellationToken);
        if (found is null) return null;
        Row row = RowJson.Read<Row>(found.Row);
        Row? edited = request.Edit?.Apply(row, request.Author, request.Reason);
        if (edited is not null && edited.Hash == row.Hash && edited.Expected == row.Expected)
            throw new SettingsException("edit", "leaves the row as it is");
        DraftDecision decision = new(request.Hash, request.Decision, edited, request.Author, request.Reason, time.GetUtcNow());
        string? json = edited is null ? null : RowJson.Write(edited);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO dataset_decisions (dataset_id, hash, decision, row, author, reason, decided_at)
            VALUES ({request.DatasetId}, {request.Hash}, {request.Decision}, {json}, {request.Author}, {request.Reason},
                {decision.DecidedAt})
            ON CONFLICT (dataset_id, hash) DO UPDATE SET decision = excluded.decision, row = excluded.row, author = excluded.author,
                reason = excluded.reason, decided_at = excluded.decided_at
            """, cancellationToken);
        return new RowEntry(found.Ordinal, row, decision);
    }

    public async ValueTask<bool> Handle(WithdrawDecision request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return Drafts.IsHash(request.Hash) && await db.DatasetDecisions
            .Where(d => d.DatasetId == request.DatasetId && d.Hash == request.Hash).ExecuteDeleteAsync(cancellationToken) > 0;
    }
}
