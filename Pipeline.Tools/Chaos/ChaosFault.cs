namespace Pipeline.Tools.Chaos;

/// <summary>What the harness does to a run.</summary>
internal enum ChaosFault
{
    /// <summary><c>kill -9</c> of a worker, whatever stage it is in.</summary>
    KillWorker,

    /// <summary><c>kill -9</c>, once in every stage, of the worker that holds its item.</summary>
    KillInEachStage,

    /// <summary><c>kill -9</c> of the web process.</summary>
    KillWeb,

    /// <summary><c>kill -9</c> of workers, web process and database server at once.</summary>
    KillAll,

    /// <summary>The database server is stopped for a while and started again.</summary>
    StopDatabase,

    /// <summary><c>kill -9</c> of the database server.</summary>
    KillDatabase,

    /// <summary>A worker is frozen past its lease while others take over, then continues.</summary>
    FreezeWorker,

    /// <summary>The file system of the data folder is filled, and after a while has space again.</summary>
    FillDisk,

    /// <summary>Every stored time moves by an hour, as when the database server's clock jumps.</summary>
    JumpClock,

    /// <summary>Every worker that takes a certain document is killed while it works on it.</summary>
    PoisonDocument,

    /// <summary>The folder is submitted again, several times at once.</summary>
    SubmitAgain,

    /// <summary>A third worker with its own dispatcher, sweeper and scheduler joins.</summary>
    AddWorker,
}
