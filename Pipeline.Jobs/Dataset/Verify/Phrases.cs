using System.Collections.Frozen;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Turns of phrase, per language, as they read after normalisation without accents.</summary>
internal static class Phrases
{
    private static readonly string[] Languages = ["en", "es", "de", "fr", "pt", "it"];

    // "this" × "section": what only someone with the page before their eyes can resolve.
    private static readonly Dictionary<string, (string Before, string Nouns, string After)> Pointing = new(StringComparer.Ordinal)
    {
        ["en"] = ("this|the above|the following|the provided|the present",
            "section|subsection|chapter|table|figure|document|text|passage|page|paragraph|article|excerpt|extract|manual|guide|book"
                + "|list|example"
            + "|diagram|chart|image|picture|context|snippet|chunk|appendix|listing|column|row",
            "above|below"),
        ["es"] = ("este|esta|el siguiente|la siguiente|el presente|la presente|dicho|dicha",
            "seccion|apartado|capitulo|tabla|figura|documento|texto|pasaje|pagina|parrafo|articulo|extracto|manual|guia|libro|lista|ejemplo"
            + "|diagrama|grafico|imagen|contexto|fragmento|apendice|anexo|columna|fila",
            "anterior|siguiente|de arriba|de abajo|precedente|mencionado|mencionada|proporcionado|dado"),
        ["de"] = ("dieser|diese|dieses|diesem|diesen|der folgende|die folgende|das folgende|der folgenden|dem folgenden|folgende|folgender"
            + "|folgendem|folgenden|vorliegenden|vorliegende|vorliegendes|obige|obigen|obiger|obigem|gegebenen|vorigen|vorherigen",
            "abschnitt|abschnitts|abschnittes|kapitel|kapitels|tabelle|abbildung|bild|dokument|dokuments|text|textes|textstelle"
                + "|passage|seite|absatz"
            + "|artikel|auszug|handbuch|handbuchs|buch|anleitung|liste|beispiel|diagramm|kontext|anhang|spalte|zeile|dokumentation",
            "oben|unten"),
        ["fr"] = ("ce|cet|cette|le present|la presente",
            "section|chapitre|tableau|figure|document|texte|passage|page|paragraphe|article|extrait|manuel|guide|livre|liste|exemple"
            + "|diagramme|graphique|image|contexte|annexe|colonne|ligne",
            "ci dessus|ci dessous|precedent|precedente|suivant|suivante|donne|fourni"),
        ["pt"] = ("este|esta|neste|nesta|deste|desta|o presente|a presente|nesse|nessa|desse|dessa",
            "secao|seccao|capitulo|tabela|figura|documento|texto|trecho|passagem|pagina|paragrafo|artigo|excerto|manual|guia|livro"
                + "|lista|exemplo"
            + "|diagrama|grafico|imagem|contexto|fragmento|apendice|anexo|coluna|linha",
            "acima|abaixo|anterior|seguinte|fornecido|dado"),
        ["it"] = ("questo|questa|il presente|la presente|il seguente|la seguente|nel presente|quest",
            "sezione|capitolo|tabella|figura|documento|testo|brano|passaggio|pagina|paragrafo|articolo|estratto|manuale|guida|libro"
                + "|lista|elenco"
            + "|esempio|diagramma|grafico|immagine|contesto|appendice|colonna|riga",
            "sopra|sotto|precedente|seguente|sopra riportato|fornito|dato"),
    };

    private static readonly Dictionary<string, string> Other = new(StringComparer.Ordinal)
    {
        ["en"] = "as mentioned|as stated|mentioned above|mentioned earlier|described above|shown above|listed above|given above|see"
            + " above|see below"
            + "|as shown|in the passage|in the excerpt|the passage|the author|the authors|the excerpt|the snippet|this one|provided"
            + " text|the above"
            + "|shown below|listed below|described below|discussed above|described here|mentioned here|listed here|previous section"
            + "|previous chapter|preceding section|next section|given text|given passage|given context|given document",
        ["es"] = "como se menciona|como se indica|mencionado anteriormente|mencionada anteriormente|descrito anteriormente|mas arriba"
            + "|mas abajo"
            + "|en el pasaje|en el fragmento|el pasaje|el autor|la autora|los autores|el fragmento|vease arriba|arriba mencionado",
        ["de"] = "wie erwahnt|oben erwahnt|oben genannt|oben genannten|oben genannte|oben beschrieben|oben beschriebenen|siehe oben"
            + "|siehe unten"
            + "|im auszug|in der passage|im abschnitt|die passage|der autor|die autoren|weiter oben|weiter unten|wie oben|unten aufgefuhrt"
            + "|hier beschrieben|hier genannt|vorigen abschnitt|nachsten abschnitt",
        ["fr"] = "comme mentionne|comme indique|mentionne ci dessus|ci dessus|ci dessous|dans le passage|dans l extrait|le passage|l auteur"
            + "|les auteurs|l extrait|voir plus haut|voir plus bas|decrit ici",
        ["pt"] = "conforme mencionado|como mencionado|mencionado acima|mencionada acima|descrito acima|no trecho|na passagem|o trecho"
            + "|o autor"
            + "|a autora|os autores|ver acima|veja acima|abaixo listado",
        ["it"] = "come menzionato|come accennato|sopra menzionato|sopra menzionata|sopra descritto|di cui sopra|nel brano|nel"
            + " passaggio|il brano"
            + "|l autore|l autrice|gli autori|vedi sopra|vedi sotto|come sopra|qui descritto",
    };

    // "According to the text", "what does the document say": a document may be edited, but it does not speak unless it is the one at hand.
    private static readonly Dictionary<string, (string Before, string Texts, string After)> Speaking = new(StringComparer.Ordinal)
    {
        ["en"] = ("according to|mentioned in|described in|stated in|listed in|based on|given in|discussed in",
            "the text|the document|the section|the table|the context|the article|the paragraph|the chapter|the manual|the guide|the figure",
            "say|says|mention|mentions|mentioned|describe|describes|state|states|discuss|discusses|explain|explains|list|lists"
                + "|recommend|recommends"),
        ["es"] = ("segun|mencionado en|mencionada en|descrito en|de acuerdo con|basandose en",
            "el texto|el documento|la seccion|la tabla|el contexto|el articulo|el parrafo|el capitulo|el manual|la guia",
            "dice|menciona|describe|indica|explica|recomienda"),
        ["de"] = ("laut|gemass|nach|erwahnt in|beschrieben in",
            "text|dem text|dem dokument|dokument|der tabelle|tabelle|abschnitt|dem abschnitt|dem handbuch|der anleitung|autor|dem"
                + " autor|dem kontext",
            "beschreibt|erwahnt|nennt|erklart|empfiehlt"),
        ["fr"] = ("selon|d apres|mentionne dans|mentionnee dans|decrit dans",
            "le texte|le document|la section|le tableau|le contexte|l article|le paragraphe|le chapitre|le manuel|le guide",
            "dit|mentionne|decrit|indique|explique|recommande"),
        ["pt"] = ("segundo|de acordo com|conforme|mencionado em|com base em",
            "o texto|o documento|a secao|a tabela|o contexto|o artigo|o paragrafo|o capitulo|o manual|o guia",
            "diz|menciona|descreve|indica|explica|recomenda"),
        ["it"] = ("secondo|in base a|stando a|menzionato in",
            "il testo|il documento|la sezione|la tabella|il contesto|l articolo|il paragrafo|il capitolo|il manuale|la guida|al testo"
                + "|testo",
            "dice|menziona|descrive|indica|spiega|consiglia"),
    };

    // "Table 4" names nothing outside its document; "Chapter 7 of the Debian Policy" does.
    private static readonly FrozenSet<string> NumberedNouns = """
        section subsection table figure fig chapter appendix listing equation eq example page
        seccion apartado tabla figura capitulo apendice ecuacion ejemplo pagina
        abschnitt tabelle abbildung abb tab kapitel anhang gleichung beispiel seite
        tableau chapitre annexe exemple secao tabela capitulo exemplo sezione tabella capitolo esempio
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    // What programs have too: "go to the next page" points at nothing.
    private static readonly FrozenSet<string> Screen = """
        page document image picture row column list pagina documento imagen fila columna lista seite dokument bild zeile spalte liste
        ligne colonne liste imagem linha coluna immagine riga colonna elenco
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Genitive = "of in from del de der des von im du d do da dell della nel nella aus".Split(' ')
        .ToFrozenSet(StringComparer.Ordinal);

    private static readonly Dictionary<string, string> Refusing = new(StringComparer.Ordinal)
    {
        ["en"] = "i cannot|i can not|i can t|i don t know|i do not know|i m sorry|i am sorry|as an ai|as a language model|not"
            + " mentioned|not specified"
            + "|not provided|not stated|no information|cannot be determined|can not be determined|does not say|do not say|does not mention"
            + "|does not provide|does not contain|not enough information|unable to answer|is unknown",
        ["es"] = "no puedo|no lo se|lo siento|como modelo de lenguaje|como ia|no se menciona|no se especifica|no se indica|no hay"
            + " informacion"
            + "|no contiene informacion|no se puede determinar|no proporciona|informacion insuficiente",
        ["de"] = "ich kann nicht|ich kann das nicht|ich weiss nicht|ich weiss es nicht|tut mir leid|es tut mir leid|als ki|als sprachmodell"
            + "|wird nicht erwahnt|nicht erwahnt|nicht angegeben|keine angaben|keine information|keine informationen|nicht genannt"
            + "|lasst sich nicht bestimmen|nicht bestimmt werden|geht nicht hervor",
        ["fr"] = "je ne peux pas|je ne sais pas|je suis desole|desole je|en tant qu ia|en tant que modele|n est pas mentionne|n est"
            + " pas precise"
            + "|n est pas indique|pas d information|aucune information|ne peut pas etre determine|ne precise pas|ne mentionne pas",
        ["pt"] = "nao posso|nao sei|sinto muito|desculpe|como modelo de linguagem|como uma ia|nao e mencionado|nao mencionado|nao"
            + " especificado"
            + "|nao ha informacao|nao ha informacoes|nao e possivel determinar|nao menciona|nao fornece",
        ["it"] = "non posso|non lo so|mi dispiace|come modello linguistico|come ia|non e menzionato|non e specificato|non e indicato"
            + "|nessuna informazione|non ci sono informazioni|non puo essere determinato|non menziona|non fornisce",
    };

    private static readonly FrozenSet<string> Negations = """
        not no none cannot can't don't doesn't isn't unknown nothing nor t
        ningun ninguna nada tampoco desconozco nicht kein keine keinen keiner nichts weder ne pas aucun aucune rien non n
        nao nenhum nenhuma nessuno nessuna niente unable sorry 不 没 無 ない ません 없
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, FrozenSet<string>> Pointers = Compile(l => Combined(l).Concat(Other[l].Split('|')));
    private static readonly FrozenDictionary<string, FrozenSet<string>> Refusals = Compile(l => Refusing[l].Split('|'));

    /// <summary>The phrase of a text that points at something on the page; null where there is none.</summary>
    /// <param name="words">Folded words of the text, in order.</param>
    /// <param name="language">ISO 639-1; all six are tried for another one.</param>
    public static string? Pointer(IReadOnlyList<string> words, string language) => First(words, language, Pointers, 5);

    /// <summary>"Table 4" in a text, where it does not say of what; null where there is none.</summary>
    /// <param name="words">Folded words of the text, in order.</param>
    public static string? NumberedPlace(IReadOnlyList<string> words)
    {
        for (int i = 0; i + 1 < words.Count; i++)
        {
            if (!NumberedNouns.Contains(words[i]) || !char.IsAsciiDigit(words[i + 1][0]))
                continue;
            int next = i + 2;
            while (next < words.Count && words[next].All(char.IsAsciiDigit))
                next++;
            if (next == words.Count || !Genitive.Contains(words[next]))
                return $"{words[i]} {words[i + 1]}";
        }
        return null;
    }

    /// <summary>The phrase by which a text says that it does not know; null where there is none.</summary>
    public static string? Refusal(IReadOnlyList<string> words, string language) => First(words, language, Refusals, 6);

    /// <summary>Whether a text denies anything, as every refusal does.</summary>
    public static bool Denies(IReadOnlyList<string> words) => words.Any(Negations.Contains);

    private static string? First(IReadOnlyList<string> words, string language, FrozenDictionary<string, FrozenSet<string>> phrases,
        int longest)
    {
        FrozenSet<string> known = phrases.GetValueOrDefault(language, phrases[""]);
        for (int i = 0; i < words.Count; i++)
        {
            string phrase = words[i];
            for (int length = 1; length <= longest; length++)
            {
                if (known.Contains(phrase) && !(Whose(phrase) && i + length < words.Count && Genitive.Contains(words[i + length])))
                    return phrase;
                if (i + length == words.Count)
                    break;
                phrase = $"{phrase} {words[i + length]}";
            }
        }
        return null;
    }

    // "The author of the manual" and "the text of the licence" say which.
    private static bool Whose(string phrase) =>
        phrase is "the author" or "the authors" or "the text" or "the passage" or "el autor" or "la autora"
        or "los autores" or "el texto" or "der autor" or "die autoren" or "der text" or "l auteur" or "les auteurs" or "le texte"
        or "le passage"
        or "o autor" or "a autora" or "os autores" or "o texto" or "l autore" or "l autrice" or "gli autori" or "il testo";

    private static IEnumerable<string> Combined(string language)
    {
        (string before, string nouns, string after) = Pointing[language];
        foreach (string noun in nouns.Split('|'))
        {
            foreach (string word in before.Split('|'))
                yield return $"{word} {noun}";
            foreach (string word in after.Split('|'))
                if (!Screen.Contains(noun))
                    yield return $"{noun} {word}";
        }
        (string verbs, string texts, string speaks) = Speaking[language];
        foreach (string text in texts.Split('|'))
        {
            foreach (string verb in verbs.Split('|'))
                yield return $"{verb} {text}";
            foreach (string verb in speaks.Split('|'))
                yield return $"{text} {verb}";
        }
    }

    private static FrozenDictionary<string, FrozenSet<string>> Compile(Func<string, IEnumerable<string>> phrases)
    {
        Dictionary<string, FrozenSet<string>> compiled = Languages.ToDictionary(l => l, l => phrases(l)
            .ToFrozenSet(StringComparer.Ordinal));
        compiled[""] = Languages.SelectMany(phrases).ToFrozenSet(StringComparer.Ordinal);
        return compiled.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
