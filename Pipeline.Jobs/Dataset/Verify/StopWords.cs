using System.Collections.Frozen;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>
/// Words that carry nothing of a fact, without accents: articles, prepositions, pronouns, auxiliary verbs, question words, and the
/// verbs that join a question to its answer ("amounts to", "lautet", "se llama").
/// </summary>
internal static class StopWords
{
    private const string English = """
        a an the and or nor but if then than that this these those there here it its they them their he she his her him we us our you your i my
        me of in on at by to from for with without within into onto over under between among about as per via up down out off above below
        is are was were be been being am do does did done doing have has had having can could may might must shall should will would not no
        yes what which who whom whose when where why how many much more most less least some any each every all both either neither other
        another such same own so too very also only just even still yet again once while whereas because since until before after during
        against through across along around name named call called mean means meant stand stands say says said state states stated give given gives
        listed following follows describe describes described according amount amounts value values answer one
        although though however therefore thus hence moreover furthermore nevertheless otherwise instead unless whether
        """;

    private const string Spanish = """
        el la los las un una unos unas y e o u ni pero si que de del al a en con sin por para entre sobre bajo desde hasta segun como cuando
        donde cual cuales quien quienes cuyo cuya cuyos cuyas cuanto cuanta cuantos cuantas este esta estos estas ese esa esos esas aquel
        aquella esto eso ello lo le les se su sus mi mis tu tus nos es son era eran fue fueron ser sido siendo esta estan estaba estar ha han
        habia haber hay tiene tienen tener puede pueden poder debe deben deber hace hacen hacer no mas menos muy tan tanto tambien solo cada todo
        toda todos todas otro otra otros otras mismo misma mismos mismas ya aun asi porque pues mientras durante antes despues contra ante tras
        llama llaman significa significan equivale corresponde denomina nombre valor valores respuesta siguiente siguientes dice uno
        aunque ademas sino entonces luego tampoco embargo
        """;

    private const string German = """
        der die das den dem des ein eine einer eines einem einen und oder aber wenn dann als dass ob wie was wer wen wem wessen wo wohin woher
        wann warum welche welcher welches welchen welchem wieviel wieviele viel viele in im an am auf aus bei beim mit nach von vom vor zu zum zur fur
        uber unter zwischen durch gegen ohne um seit bis wahrend wegen trotz neben hinter ist sind war waren sein seine seiner seinem seinen
        ihr ihre ihrer ihrem ihren bin wird werden wurde wurden worden hat haben hatte hatten kann konnen konnte konnten muss mussen soll
        sollen sollte darf durfen mag er sie es wir uns ich du man sich dieser diese dieses diesem diesen jener jede jeder jedes jedem jeden
        alle allen aller alles andere anderen anderer beide beiden kein keine keiner keinen keinem nicht nur auch noch schon sehr mehr weniger
        so da dort hier weil da damit also sowie sowohl weder noch betragt lautet lauten heisst heissen bedeutet bezeichnet genannt nennt
        entspricht folgende folgenden laut gemass wert werte antwort name davon dazu darin dabei je pro
        obwohl jedoch deshalb daher trotzdem sonst stattdessen ob falls sofern denn
        """;

    private const string French = """
        le la les l un une des du de d et ou ni mais si que qu qui quoi dont ou a au aux en dans sur sous par pour avec sans entre vers chez
        depuis jusque selon comme quand comment pourquoi combien quel quelle quels quelles lequel laquelle lesquels ce cet cette ces c cela
        ceci ca il elle ils elles on nous vous je tu se s son sa ses leur leurs mon ma mes ton ta tes notre votre lui y ne n pas plus moins
        tres est sont etait etaient etre ete soit sera seront a ont avait avaient avoir eu peut peuvent pouvoir doit doivent devoir fait font
        faire aussi seulement chaque tout toute tous toutes autre autres meme memes encore deja ainsi parce car donc lors pendant avant apres
        contre s eleve signifie signifient designe appelle appellent nomme correspond equivaut nom valeur valeurs reponse suivant suivante suivants
        suivantes dit
        bien cependant toutefois pourtant sinon puis lorsque puisque
        """;

    private const string Portuguese = """
        o a os as um uma uns umas e ou nem mas se que de do da dos das em no na nos nas ao aos pelo pela pelos pelas por para com sem entre
        sobre sob desde ate segundo conforme como quando onde qual quais quem cujo cuja cujos cujas quanto quanta quantos quantas este esta
        estes estas esse essa esses essas aquele aquela isto isso aquilo ele ela eles elas lhe lhes seu sua seus suas meu minha teu nosso eu
        tu nos voce voces e sao era eram foi foram ser sido sendo esta estao estava estar ha tem tinha ter pode podem poder deve devem
        dever faz fazem fazer nao sim mais menos muito tao tambem so cada todo toda todos todas outro outra outros outras mesmo mesma mesmos mesmas
        ja ainda assim porque pois enquanto durante antes depois contra chama chamam significa significam equivale corresponde denomina nome
        valor valores resposta seguinte seguintes diz
        embora porem entretanto contudo portanto entao
        """;

    private const string Italian = """
        il lo la i gli le l un uno una e ed o od ma se che di del dello della dei degli delle d a ad al allo alla ai agli alle da dal dallo
        dalla dai dagli dalle in nel nello nella nei negli nelle su sul sullo sulla sui sugli sulle con per tra fra senza sotto sopra verso
        secondo come quando dove quale quali chi cui quanto quanta quanti quante cosa perche questo questa questi queste quello quella quelli
        quelle cio esso essa essi esse egli lui lei loro noi voi io tu si ci vi ne suo sua suoi sue mio mia tuo nostro vostro e sono era erano
        fu furono essere stato stata stati state sia ha hanno aveva avere puo possono potere deve devono dovere fa fanno fare non piu meno
        molto cosi anche solo ogni tutto tutta tutti tutte altro altra altri altre stesso stessa stessi stesse gia ancora poi mentre durante
        prima dopo contro chiama chiamano significa significano equivale corresponde corrisponde ammonta nome valore valori risposta seguente
        seguenti dice
        benche tuttavia pero quindi dunque infatti invece
        """;

    private static readonly FrozenDictionary<string, FrozenSet<string>> ByLanguage = new Dictionary<string, FrozenSet<string>>
    {
        ["en"] = Set(English),
        ["es"] = Set(Spanish),
        ["de"] = Set(German),
        ["fr"] = Set(French),
        ["pt"] = Set(Portuguese),
        ["it"] = Set(Italian),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Any = ByLanguage.Values.SelectMany(words => words).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>The words of a language; of all six where it is another one.</summary>
    public static FrozenSet<string> Of(string language) => ByLanguage.GetValueOrDefault(language, Any);

    /// <summary>How many of some words are stop words of a language, and how many of the other language that has most.</summary>
    /// <param name="words">In lower case, without accents.</param>
    /// <param name="language">ISO 639-1.</param>
    public static (int Own, int Other) Count(IReadOnlyCollection<string> words, string language)
    {
        int own = 0, other = 0;
        foreach ((string code, FrozenSet<string> known) in ByLanguage)
        {
            int count = words.Count(known.Contains);
            if (code == language)
                own = count;
            else
                other = Math.Max(other, count);
        }
        return (own, other);
    }

    private static FrozenSet<string> Set(string words) =>
        words.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
