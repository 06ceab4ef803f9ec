using System.Diagnostics;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Dataset.Writing.Replies;

namespace Pipeline.Tests.Jobs.Dataset.Writing;

public sealed class ReplyReaderTests
{
    [Theory]
    [InlineData("""{"questions": [{"question": "Where?", "answer": "Here."}]}""")]
    [InlineData("""[{"question": "Where?", "answer": "Here."}]""")]
    [InlineData("""{"question": "Where?", "answer": "Here."}""")]
    [InlineData("""{"Question": "Where?", "Answer": "Here."}""")]
    [InlineData("""{"qa_pairs": {"1": {"q": "Where?", "a": "Here."}}}""")]
    [InlineData("""{"Where?": "Here."}""")]
    [InlineData("""{"questions": ["Where?"], "answers": ["Here."]}""")]
    [InlineData("""{"facts": [{"fact": 1, "questions": ["Where?"], "answer": "Here."}]}""")]
    [InlineData("```json\n{\"questions\": [{\"question\": \"Where?\", \"answer\": \"Here.\"}]}\n```")]
    [InlineData("Sure! [Here] are {some}:\n[{\"question\": \"Where?\", \"answer\": \"Here.\"}]\nAnything else?")]
    [InlineData("<think>What {\"question\"} could I ask?</think>{\"question\": \"Where?\", \"answer\": \"Here.\"}")]
    [InlineData("I think…</think>\n{\"question\": \"Where?\", \"answer\": \"Here.\"}")]
    [InlineData("{'question': 'Where?', 'answer': 'Here.', 'sure': True, 'note': None,}")]
    [InlineData("{question: \"Where?\", answer: \"Here.\"}")]
    [InlineData("{“question”: “Where?”, “answer”: “Here.”}")]
    [InlineData("{\"question\": \"Where?\"\n\"answer\": \"Here.\"}")]
    [InlineData("{\"question\": \"Where?\", // hard\n \"answer\": \"Here.\"}")]
    [InlineData("[{\"question\": \"Where?\", \"answer\": \"Here.\"")]
    [InlineData("[{\"question\": \"Where?\", \"answer\": \"Here.\"}, {\"question\": \"Whe")]
    [InlineData("{\"items\": [{\"question\": \"Where?\", \"answer\": \"Here.\"}, {\"question\": oops}]}")]
    [InlineData("1. Q: Where?\n   A: Here.")]
    [InlineData("**Question 1:** Where?\n**Answer:** Here.")]
    [InlineData("Q: Where? A: Here.")]
    [InlineData("1. Where is it then?\nHere.", "Where is it then?")]
    [InlineData("Frage: Where?\nAntwort: Here.")]
    public void A_question_is_read_however_it_is_wrapped(string reply, string question = "Where?")
    {
        ReplyRead<ReadQuestion> read = ReplyReader.Questions(reply);
        ReadQuestion found = read.Items.ShouldHaveSingleItem();
        (found.Question, found.Answer).ShouldBe((question, "Here."));
    }

    [Theory]
    [InlineData("")]
    [InlineData("I cannot help with that.")]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("[1, 2, 3]")]
    [InlineData("<think>and so on, and so on {\"question\": \"Where?\", \"answer\": \"Here.\"}")]
    public void Where_no_question_is_none_is_read(string reply) => ReplyReader.Questions(reply).Items.ShouldBeEmpty();

    [Fact]
    public void What_lacks_its_answer_is_counted()
    {
        ReplyRead<ReadQuestion> read = ReplyReader.Questions(
            """[{"question": "A?", "answer": ""}, {"question": "B?"}, {"question": "C?", "answer": "c"}]""");
        (read.Items.Count, read.Incomplete, read.IsCut).ShouldBe((1, 2, false));
    }

    [Fact]
    public void Quotes_inside_texts_and_paths_survive()
    {
        ReadQuestion read = ReplyReader.Questions(
            """{"question": "What does "apt" do?", "answer": "It's in C:\Program, \"quoted\", 'so'."}""").Items
            .ShouldHaveSingleItem();
        read.Question.ShouldBe("What does \"apt\" do?");
        read.Answer.ShouldBe("It's in C:\\Program, \"quoted\", 'so'.");
    }

    [Fact]
    public void Facts_are_numbered_by_their_field_or_by_the_key_around_them()
    {
        ReplyReader.Questions("""{"facts": [{"fact": 2, "questions": [{"question": "A?", "answer": "a"}]}]}""").Items[0].Fact.ShouldBe(2);
        ReplyReader.Questions("""{"fact_3": [{"question": "A?", "answer": "a"}]}""").Items[0].Fact.ShouldBe(3);
        ReplyReader.Questions("""[{"id": "4", "question": "A?", "answer": 17}]""").Items[0].ShouldBe(new ReadQuestion("A?", "17", 4));
    }

    [Theory]
    [InlineData("""{"answerable": true, "correct": true}""", true)]
    [InlineData("""{"answerable": "no", "correct": "no"}""", false)]
    [InlineData("```\n{'answerable': False}\n```", false)]
    [InlineData("Answerable: yes, since it says so.", true)]
    [InlineData("No. The text does not say.", false)]
    [InlineData("The text speaks about birds.", null)]
    [InlineData("""{"answerable": "partly"}""", null)]
    [InlineData("", null)]
    public void A_judgement_is_read_and_left_open_where_it_is_not_clear(string reply, bool? expected) =>
        ReplyReader.Judgement(reply, "answerable").ShouldBe(expected);

    [Theory]
    [InlineData("Here is the rewritten text:\n\nIt is so.", "It is so.")]
    [InlineData("```\nIt is so.\n```", "It is so.")]
    [InlineData("\"It is so.\"", "It is so.")]
    [InlineData("<think>well</think>\nIt is so.", "It is so.")]
    [InlineData("It is so:\nthe list.", "It is so:\nthe list.")]
    public void Running_text_is_taken_out_of_what_is_said_around_it(string reply, string expected) =>
        ReplyText.Prose(reply).ShouldBe(expected);

    [Theory]
    [InlineData("[")]
    [InlineData("{")]
    [InlineData("{\"a\":")]
    [InlineData("[\"a\" ")]
    [InlineData("\" ")]
    [InlineData("'")]
    [InlineData("[{\"question\":")]
    [InlineData("1. Q: ")]
    [InlineData("{\"a\": \"b\" x ")]
    public void Hostile_replies_are_read_in_bounded_time(string piece)
    {
        string reply = string.Concat(Enumerable.Repeat(piece, 400_000 / piece.Length));
        Stopwatch watch = Stopwatch.StartNew();
        ReplyReader.Questions(reply);
        ReplyReader.Facts(reply);
        ReplyReader.Points(reply, "key_points");
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));          // seconds at most; quadratic reading takes minutes
    }

    [Fact]
    public void Text_that_no_store_can_hold_is_cleaned()
    {
        CleanText.Of("a\0b\ud800c\udc00d\ud83d\ude00").ShouldBe("abcd\ud83d\ude00");
        CleanText.Of("plain").ShouldBe("plain");
    }

    /// <summary>Ten shapes, twenty replies each, with facts that the stand-in numbers and words itself.</summary>
    [Fact]
    public void Of_the_good_rows_in_two_hundred_faulty_replies_nearly_all_are_read()
    {
        StandInFault[] shapes = [StandInFault.None, StandInFault.Chatter, StandInFault.Fences, StandInFault.Thoughts, StandInFault.Python,
            StandInFault.OtherShape, StandInFault.PlainLines, StandInFault.CutJson, StandInFault.WrongNumber, StandInFault.Nonsense];
        IReadOnlyList<PlantedFact> facts = PlantedFact.Invent(120);
        StandInReplies replies = new(facts);
        int whole = 0, read = 0, wrong = 0;
        for (int i = 0; i < 200; i++)
        {
            PlantedFact[] asked = [.. facts.Skip(i * 6 % 114).Take(6)];
            string prompt = string.Join('\n', asked.Select((f, n) => $"{n + 1}. {f.Subject}, {f.Attribute}: {f.Value}"))
                + "\nFor each fact write 3 questions\n{\"fact\": 1";
            StandInFault shape = shapes[i % shapes.Length];
            string reply = replies.Of(new StandInCall(i, "questions", prompt, "", ""), shape);
            HashSet<(string, string)> good = [.. asked.SelectMany(f => Enumerable.Range(0, 3).Select(f.Wording))
                // Of a reply that is cut, what stands in it whole.
                .Where(pair => reply.Contains(pair.Question, StringComparison.Ordinal)
                    && reply.Contains(pair.Answer, StringComparison.Ordinal))];
            ReadQuestion[] found = [.. ReplyReader.Questions(reply).Items];
            whole += good.Count;
            read += found.Count(f => good.Contains((f.Question, f.Answer)));
            wrong += found.Count(f => !good.Contains((f.Question, f.Answer)) && shape != StandInFault.WrongNumber);
        }
        whole.ShouldBeGreaterThan(2500);
        ((double)read / whole).ShouldBeGreaterThanOrEqualTo(0.95, $"{read} of {whole}");
        wrong.ShouldBe(0);
    }
}
