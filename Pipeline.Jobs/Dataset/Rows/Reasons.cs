namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>Why text or a row is not in a dataset. Stored and shown, so names stay.</summary>
public static class Reasons
{
    /// <summary>A list of contents, figures or tables.</summary>
    public const string Contents = "contents";
    /// <summary>An alphabetical index.</summary>
    public const string Index = "index";
    /// <summary>A list of references.</summary>
    public const string References = "references";
    /// <summary>Licence, copyright, imprint.</summary>
    public const string Licence = "licence";
    /// <summary>Text that several documents repeat.</summary>
    public const string Boilerplate = "boilerplate";
    /// <summary>Running heads and feet, page and line numbers.</summary>
    public const string Furniture = "furniture";
    /// <summary>Broken characters, or text that no reader can make sense of.</summary>
    public const string Unreadable = "unreadable";
    /// <summary>Too short to teach anything.</summary>
    public const string TooShort = "too_short";
    /// <summary>Text with more tokens or characters than allowed.</summary>
    public const string TooLong = "too_long";
    /// <summary>Program code and formulas alone, about which nothing is asked without a model.</summary>
    public const string NoProse = "no_prose";
    /// <summary>The same row again.</summary>
    public const string Duplicate = "duplicate";
    /// <summary>Nearly the same row as another of its type.</summary>
    public const string NearDuplicate = "near_duplicate";
    /// <summary>A number of the answer does not stand in its source.</summary>
    public const string WrongNumber = "wrong_number";
    /// <summary>A name of the answer does not stand in its source.</summary>
    public const string WrongName = "wrong_name";
    /// <summary>The answer's words do not stand in its source.</summary>
    public const string Ungrounded = "ungrounded";
    /// <summary>Question or answer in another language than the source.</summary>
    public const string WrongLanguage = "wrong_language";
    /// <summary>Nothing to learn: empty question or answer.</summary>
    public const string Empty = "empty";
    /// <summary>The question cannot be understood without the document before one's eyes ("this section", "the table above").</summary>
    public const string NotSelfContained = "not_self_contained";
    /// <summary>The user's message is neither a question nor an instruction.</summary>
    public const string NoQuestion = "no_question";
    /// <summary>The answer stands in the question.</summary>
    public const string AnswerInQuestion = "answer_in_question";
    /// <summary>Two answers to one question.</summary>
    public const string Contradiction = "contradiction";
    /// <summary>More rows than wanted of one document, section or type.</summary>
    public const string Balance = "balance";
    /// <summary>Stands in a file that must not be trained on.</summary>
    public const string Excluded = "excluded";
    /// <summary>The model judged that the chunk alone does not answer it.</summary>
    public const string NotAnswerable = "not_answerable";
    /// <summary>The model judged that the answer is wrong by its chunk.</summary>
    public const string WrongAnswer = "wrong_answer";
    /// <summary>A reply of the model that could not be read.</summary>
    public const string Unparsable = "unparsable";
    /// <summary>A call of the model that failed for good.</summary>
    public const string CallFailed = "call_failed";
    /// <summary>The budget of tokens was used up.</summary>
    public const string Budget = "budget";
    /// <summary>A person rejected it.</summary>
    public const string Person = "person";
}
