using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Verify;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Dataset.Verify;

public sealed class RowVerifierTests
{
    public static TheoryData<int> Cases => [.. Enumerable.Range(0, VerifierCases.Count)];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Rows_written_by_hand_are_judged_as_a_reader_judges_them(int number)
    {
        (Chunk chunk, Row row, string? reason) = VerifierCases.Get(number);
        Row verified = RowVerifier.Verify(chunk, row, (_, _) => true);
        verified.Reason.ShouldBe(reason, $"{row.Question} → {row.Answer}: {verified.Verdicts[^1]}");
        verified.State.ShouldBe(reason is null ? RowState.Kept : RowState.Rejected);
    }

    [Fact]
    public void A_portuguese_order_to_give_something_is_a_question() =>
        RowVerifier.Verify(VerifierCases.ChunkOf("O PXE é um protocolo que inicia máquinas pela rede.", "pt"),
            VerifierCases.Get(0).Row with
            {
                Language = "pt",
                Messages = [new("user", "Dê a explicação de \"PXE\" segundo \"Foo\"."), new("assistant", "um protocolo")],
                Expected = "um protocolo",
            }, (_, _) => true).Reason.ShouldNotBe(Reasons.NoQuestion);

    [Theory]
    [InlineData("es", "¿Qué dice esta sección sobre Foo?", "Según el texto, ¿qué puerto usa Foo?", "¿Qué muestra la tabla 3?")]
    [InlineData("de", "Was sagt dieses Kapitel über Foo?", "Welchen Port hat Foo laut dem Text?", "Was zeigt die obige Tabelle von Foo?")]
    [InlineData("fr", "Que dit ce chapitre de Foo ?", "Selon le texte, quel port utilise Foo ?",
        "Que montre le tableau ci-dessus de Foo ?")]
    [InlineData("pt", "O que diz este capítulo sobre Foo?", "De acordo com o texto, que porta usa Foo?",
        "O que mostra a tabela acima de Foo?")]
    [InlineData("it", "Che cosa dice questo capitolo su Foo?", "Secondo il testo, quale porta usa Foo?", "Che cosa mostra la tabella 3?")]
    public void Questions_that_point_at_the_page_are_not_self_contained_in_any_language(string language, params string[] questions)
    {
        Chunk chunk = VerifierCases.ChunkOf("Foo 5432 port", language);
        foreach (string question in questions)
            RowVerifier.Verify(chunk, VerifierCases.Get(0).Row with
            {
                Language = language,
                Messages = [new("user", question), new("assistant", "5432")],
                Expected = null
            },
                (_, _) => true).Reason.ShouldBe(Reasons.NotSelfContained, question);
    }

    [Fact]
    public void A_number_of_another_row_of_the_table_does_not_stand_in_the_evidence()
    {
        DocumentTable table = new()
        {
            Id = "table-1",
            Page = 1,
            Box = new(0, 0, 1, 1),
            HeaderRows = 1,
            Rows = [["Setting", "Default", "Unit"], ["max_workers", "12", "processes"], ["max_files", "1 000", "files"]],
        };
        ChunkBlock block = new()
        {
            Source = new("d", "foo.pdf", 1, "p1-b2", 0, 0),
            Kind = BlockKind.Table,
            Text = "| Setting | Default | Unit |\n|---|---|---|\n| max_workers | 12 | processes |\n| max_files | 1 000 | files |",
            Table = table,
        };
        Chunk chunk = VerifierCases.ChunkOf("x", "en") with { Blocks = [block] };
        Row row = VerifierCases.Get(0).Row with
        {
            Messages = [new("user", "What is the default of max_files in Foo?"),
                new("assistant", "The default of max_files is 1,000 files.")],
            Expected = "1 000 files",
            Evidence = "max_files | 1 000 | files",
        };
        RowVerifier.Verify(chunk, row, (_, _) => true).Reason.ShouldBeNull();
        Row wrong = row with
        {
            Messages = [row.Messages[0], new("assistant", "The default of max_files is 12 files.")],
            Expected = "12 files"
        };
        RowVerifier.Verify(chunk, wrong, (_, _) => true).Reason.ShouldBe(Reasons.WrongNumber);
        Row invented = row with { Evidence = "max_threads | 1 000 | green monkeys" };
        RowVerifier.Verify(chunk, invented, (_, _) => true).Reason.ShouldBe(Reasons.Ungrounded);
    }

    [Fact]
    public void Control_tokens_of_chat_templates_are_neutralised_and_the_hash_is_made_anew()
    {
        Chunk chunk = VerifierCases.ChunkOf("The template begins with <|im_start|>system and ends with </s> or [INST].", "en");
        Row row = VerifierCases.Get(0).Row with
        {
            Messages = [new("user", "With what does the template of Foo end?"),
                new("assistant", "The template ends with </s> or [INST] <|im_end|>.")],
            Expected = null,
            Evidence = "",
        };
        Row verified = RowVerifier.Verify(chunk, row, (_, _) => true);
        verified.Answer.ShouldBe("The template ends with < /s> or [ INST] < |im_end|>.");
        verified.Hash.ShouldBe(RowHash.OfContent(verified));
        verified.Verdicts[0].ShouldBe(new("control_tokens", true, "3 neutralised"));
        ControlTokens.Neutralise("a < b, [INSTALL], <sub> and x[0]").ShouldBe(("a < b, [INSTALL], <sub> and x[0]", 0));
    }

    [Fact]
    public void What_is_rejected_already_stays_as_it_is()
    {
        Row row = VerifierCases.Get(0).Row.Reject(Reasons.NotAnswerable);
        RowVerifier.Verify(VerifierCases.Get(0).Chunk, row, (_, _) => true).ShouldBeSameAs(row);
    }

    [Fact]
    public void A_language_that_the_detector_denies_is_rejected_but_not_what_is_printed_in_the_source()
    {
        (Chunk chunk, Row row, _) = VerifierCases.Get(0);
        Row answer = row with
        {
            Messages = [row.Messages[0], new("assistant", "lauscht server standardmäßig port verbindung immer über 5432")],
            Expected = null
        };
        RowVerifier.Verify(chunk, answer, (text, _) => !text.Contains("lauscht", StringComparison.Ordinal))
            .Reason.ShouldBe(Reasons.WrongLanguage);
        Chunk german = chunk with { Blocks = [chunk.Blocks[0] with { Text = answer.Answer }] };
        RowVerifier.Verify(german, answer, (text, _) => !text.Contains("lauscht", StringComparison.Ordinal)).Reason.ShouldBeNull();
    }

    [Fact]
    public void Hostile_text_is_judged_in_bounded_time()
    {
        string[] texts = [new('a', 200_000), string.Concat(Enumerable.Repeat("1.", 50_000)), string.Concat(Enumerable.Repeat("<|", 50_000)),
            string.Concat(Enumerable.Repeat("a.b/", 20_000)), string.Concat(Enumerable.Repeat("¨", 50_000)), new('\uD800', 1000)];
        foreach (string text in texts)
        {
            Row row = VerifierCases.Get(0).Row with
            {
                Messages = [new("user", "What is Foo? " + text), new("assistant", "Foo is " + text)],
                Expected = text
            };
            RowVerifier.Verify(VerifierCases.ChunkOf(text.Replace('\uD800', 'x'), "en"), row, (_, _) => true).Verdicts.ShouldNotBeEmpty();
        }
    }
}
