using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Dataset.Verify;

/// <summary>Rows written by hand about short texts, with the reason under which each is rejected; null for the right ones.</summary>
internal static class VerifierCases
{
    public const string Server = "The Foo server listens on port 5,432 by default. Up to 12 % of the cache may be reserved for sorting"
        + " since version 3.12.4. "
        + "It was released on 5 March 2024 by Jane Moller. Set max_workers in /etc/foo/foo.conf to limit the number of processes; the"
        + " default is four. "
        + "Use the option --verbose to get debug output. The filename field holds at most 254 bytes.";

    public const string German = "Der Server lauscht standardmäßig auf Port 5432. Die Konfigurationsdatei liegt unter"
        + " /etc/foo/foo.conf. Höchstens 1.000 Verbindungen "
        + "sind gleichzeitig möglich. Die Sicherung wird von Frau Schmidt jeden Montag geprüft.";

    public const string Japanese = "サーバーは既定でポート5432を使用します。最大接続数は1000です。設定ファイルは/etc/foo/foo.confにあります。";

    private static readonly (string Text, string Language, RowType Type, string Question, string Answer, string? Expected,
        string? Reason)[] Rows =
    [
        (Server, "en", RowType.Question, "On which port does the Foo server listen by default?", "The Foo server listens on port 5432.",
            "5,432", null),
        (Server, "en", RowType.Question, "On which port does the Foo server listen by default?",
            "It listens on port 5.432 unless told otherwise.", "5432", null),
        (Server, "en", RowType.Question, "On which port does the Foo server listen by default?", "It listens on port 5433.", "5433",
            Reasons.WrongNumber),
        (Server, "en", RowType.Question, "When was the Foo server released?", "It was released on 2024-03-05.", null, null),
        (Server, "en", RowType.Question, "When was the Foo server released?", "On March 5, 2024.", "March 5, 2024", null),
        (Server, "en", RowType.Question, "When was the Foo server released?", "On April 5, 2024.", "April 5, 2024", Reasons.Ungrounded),
        (Server, "en", RowType.Question, "Who released the Foo server?", "Jane Moller", "Jane Moller", null),
        (Server, "en", RowType.Question, "Who released the Foo server?", "It was released by Jane Miller.", "Jane Miller",
            Reasons.WrongName),
        (Server, "en", RowType.Question, "Who released the Foo server?", "June Moller", "June Moller", Reasons.WrongName),
        (Server, "en", RowType.Question, "How much of the Foo server's cache can be reserved for sorting?", "Up to 12% of the cache.",
            "12 %", null),
        (Server, "en", RowType.Question, "Since which version of Foo can the cache be reserved for sorting?", "Since 3.12.4.", "3.12.4",
            null),
        (Server, "en", RowType.Question, "Since which version of Foo can the cache be reserved for sorting?", "Since 3.12.5.", "3.12.5",
            Reasons.WrongNumber),
        (Server, "en", RowType.Question, "How many Foo processes run by default?", "By default 4 processes run.", "4", null),
        (Server, "en", RowType.Question, "How many Foo processes run by default?", "By default seven processes run.", "seven",
            Reasons.WrongNumber),
        (Server, "en", RowType.Question, "What is max_workers's default in Foo?", "The default is four.", "four", null),
        (Server, "en", RowType.Question, "What is max_threads's default in Foo?", "The default is four.", "four", Reasons.WrongName),
        (Server, "en", RowType.Question, "In which file of Foo is max_workers set?", "It is set in /etc/foo/foo.conf.",
            "/etc/foo/foo.conf", null),
        (Server, "en", RowType.Question, "In which file of Foo is max_workers set?", "In /etc/Foo/foo.conf.", "/etc/Foo/foo.conf",
            Reasons.WrongName),
        (Server, "en", RowType.Question, "In which file of Foo is max_workers set?", "In /etc/foo.", "/etc/foo", null),
        (Server, "en", RowType.Question, "In which file of Foo is max_workers set?", "In /etc/foo/bar.conf.", "/etc/foo/bar.conf",
            Reasons.WrongName),
        (Server, "en", RowType.Question, "Which option of the Foo server gives debug output?", "Use `--verbose`.", "--verbose", null),
        (Server, "en", RowType.Question, "Which option of the Foo server gives debug output?", "Use `--debug`.", "--debug",
            Reasons.WrongName),
        (Server, "en", RowType.Question, "What does the option --quiet of Foo do?", "It gives debug output.", null, Reasons.WrongName),
        (Server, "en", RowType.Question, "What is the maximum length of the filename field in Foo?", "254 bytes", "254 bytes", null),
        (Server, "en", RowType.Question, "What is the maximum length of the filename field in Foo?", "It can hold no more than 254 bytes.",
            "254 bytes", null),
        (Server, "en", RowType.Question, "What does max_workers limit in Foo?", "It limits how many processes there are.", null, null),
        (Server, "en", RowType.Question, "What does max_workers limit in Foo?", "It limits the disk space of the archive tables.", null,
            Reasons.Ungrounded),
        (Server, "en", RowType.Question, "What does max_workers limit in Foo?", "I'm sorry, the document does not say.", null,
            Reasons.NotAnswerable),
        (Server, "en", RowType.Refusal, "Who wrote the icon set of Foo?", "I do not know; the manual of Foo does not say.", null, null),
        (Server, "en", RowType.Refusal, "Who released the Foo server?", "Jane Moller released it.", null, Reasons.Ungrounded),
        (Server, "en", RowType.Question, "Max workers of Foo", "They limit the number of processes.", null, Reasons.NoQuestion),
        (Server, "en", RowType.Question, "What does Table 4 of Foo show?", "The number of processes.", null, null),
        (Server, "en", RowType.Question, "What does Figure 3.1 of \"Foo Manual\" show?", "The number of processes.", null, null),
        (Server, "en", RowType.Question, "In \"Foo Manual\", what does \"this section\" limit?", "The number of processes.", null, null),
        (Server, "en", RowType.Question, "What does Table 4 show?", "The number of processes.", null, Reasons.NotSelfContained),
        (Server, "en", RowType.Question, "What is although it?", "The default port.", null, Reasons.NotSelfContained),
        (Server, "en", RowType.Question, "How do you limit the processes of the Foo server?", "As mentioned above, set max_workers.", null,
            Reasons.NotSelfContained),
        (Server, "en", RowType.Question, "How do you insert a table in the document with Foo?", "Use the option --verbose.", null, null),
        (Server, "en", RowType.Question, "Does the Foo server listen on port 5432?", "Yes.", null, null),
        (Server, "en", RowType.Question, "What is 254 bytes the limit of in Foo?", "254 bytes", "254 bytes", Reasons.AnswerInQuestion),
        (Server, "en", RowType.Cloze, "Complete: The Foo server listens on port ___", "5,432", "5,432", null),
        (Server, "en", RowType.KeyPoints, "What are the key points about the Foo server?",
            "1. It listens on port 5432 by default.\n2. Version 3.12.4 reserves cache for sorting.\n3. The default number of processes"
                + " is four.", null, null),
        (Server, "en", RowType.KeyPoints, "What are the key points about the Foo server?",
            "- It listens on port 80.\n- It has four processes.", null, Reasons.WrongNumber),
        (Server, "en", RowType.Rewrite, "Explain the Foo server in simple words.",
            "Foo is a server. Programs talk to it on port 5,432. You can choose how many processes it may start by changing"
                + " max_workers in its "
            + "configuration file. If you leave it alone, four are started. A name can have 254 bytes.", null, null),
        (Server, "en", RowType.Rewrite, "Explain the Foo server in simple words.",
            "Migrating birds follow the coastline until they reach southern lakes, where they rest through the cold season.", null,
            Reasons.Ungrounded),
        (Server, "en", RowType.Implication, "What follows for a firewall in front of the Foo server?",
            "Port 5432 has to be open, because the server listens on it by default.", null, null),
        (Server, "en", RowType.Question, "On which port does the Foo server listen?", "It listens on port 5\uFFFD32.", null,
            Reasons.Unreadable),
        (Server, "en", RowType.Question, "On which port does the Foo server listen?", "\0 5432", null, Reasons.Unreadable),
        (Server, "en", RowType.Question, "On which port does the Foo server listen?", "5432 \uD800", null, Reasons.Unreadable),
        (Server, "en", RowType.Text, "", "k¨onnen Sie", null, Reasons.Unreadable),
        (Server, "en", RowType.Text, "", "Commands . . . . . . . . . . . 87", null, Reasons.Unreadable),
        (Server, "en", RowType.Question, "On which port does the Foo server listen?", " . ", null, Reasons.Empty),
        (German, "de", RowType.Question, "Auf welchem Port lauscht der Server von Foo?", "Er lauscht auf Port 5432.", "5432", null),
        (German, "de", RowType.Question, "Wie viele Verbindungen lässt der Foo-Server zu?",
            "Es sind bis zu 1000 gleichzeitige Verbindungen möglich.", "1.000", null),
        (German, "de", RowType.Question, "Wer prüft die Sicherung von Foo?", "Die Sicherung wird von Frau Schulze geprüft.",
            "Frau Schulze", Reasons.WrongName),
        (German, "de", RowType.Question, "Wer prüft die Sicherung von Foo?", "Frau Schmidt prüft sie jeden Montag.", "Frau Schmidt", null),
        (German, "de", RowType.Question, "Was steht laut diesem Abschnitt auf Port 5432?", "Der Server lauscht dort.", null,
            Reasons.NotSelfContained),
        (German, "en", RowType.Question, "On which port does the server of Foo listen?", "On port 5432.", "5432", Reasons.WrongLanguage),
        (Japanese, "ja", RowType.Question, "サーバーの既定のポートは何番ですか？", "ポート5432です。", "5432", null),
        (Japanese, "ja", RowType.Question, "サーバーの既定のポートは何番ですか？", "ポート5433です。", "5433", Reasons.WrongNumber),
        (Japanese, "ja", RowType.Question, "設定ファイルはどこにありますか？", "鳥は南の湖に向かって飛びます。", null, Reasons.Ungrounded),
    ];

    public static int Count => Rows.Length;

    /// <summary>A case: its chunk, its row, and why it is rejected.</summary>
    public static (Chunk Chunk, Row Row, string? Reason) Get(int number)
    {
        (string text, string language, RowType type, string question, string answer, string? expected, string? reason) = Rows[number];
        string textLanguage = text == Server ? "en" : text == German ? "de" : "ja";
        Chunk chunk = ChunkOf(text, textLanguage);
        return (chunk, new Row
        {
            Hash = "",
            Fact = "f",
            Type = type,
            Language = language,
            Messages = type == RowType.Text ? [] : [new("user", question), new("assistant", answer)],
            Text = type == RowType.Text ? answer : null,
            Expected = expected,
            Sources = [chunk.Blocks[0].Source],
            Generator = new("model", "m", "1", "m"),
        }, reason);
    }

    public static Chunk ChunkOf(string text, string language) => new()
    {
        Id = "c",
        DocumentSha256 = "d",
        Document = "foo.pdf",
        Title = language == "ja" ? "Fooの手引き" : "Foo Manual",
        Headings = ["Server"],
        Section = "p1-b1",
        Language = language,
        Blocks = [new() { Source = new("d", "foo.pdf", 1, "p1-b2", 0, text.Length), Kind = BlockKind.Paragraph, Text = text }],
        Tokens = 100,
    };
}
