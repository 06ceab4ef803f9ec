namespace Pipeline.Data.Entities;

/// <summary>The steps of a run, in order. The names are stored and are part of queue entries.</summary>
public enum Stage
{
    /// <summary>Finds, hashes and stores the documents of the run.</summary>
    Ingest,
    /// <summary>One document to Markdown, figures and page images.</summary>
    Extract,
    /// <summary>The figures of one document described by the vision model.</summary>
    Caption,
    /// <summary>All documents to instruction examples.</summary>
    Dataset,
    /// <summary>LoRA training.</summary>
    Train,
    /// <summary>Base model against adapter on the held-out examples.</summary>
    Evaluate,
    /// <summary>The adapter folder and its registry row.</summary>
    Publish,
}
