using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>How a language says what something is. The sentence is at most a few hundred characters long.</summary>
/// <param name="Sentence">Groups <c>article</c>, <c>term</c>, <c>value</c>.</param>
/// <param name="Definite">Articles that may point to one thing alone.</param>
/// <param name="NoTerm">Words that are no term, or begin none.</param>
/// <param name="NoValue">Judgements and references rather than what something is.</param>
/// <param name="Relative">What an explanation has: a relative clause or a purpose.</param>
/// <param name="Strong">Relative clauses alone.</param>
/// <param name="Indefinite">Says of what kind something is.</param>
internal sealed record DefinitionGrammar(Regex Sentence, Regex Definite, Regex NoTerm, Regex NoValue, Regex Relative, Regex Strong,
    Regex Indefinite)
{
    private const string Term = @"(?<term>[\p{L}\p{N}][\p{L}\p{N}\-/+._]{0,40}(?:\s[\p{L}\p{N}(][\p{L}\p{N}\-/+.'’)]{0,30}){0,4}?)";

    // Words that end no term, and so show that the sentence goes another way: "The file then is …".
    private const string NoEnd = "the|an?|of|in|on|for|to|by|with|also|not|only|thus|then|therefore|often|usually|always|now|here|there|"
        + "it|this|auch|nur|nicht|immer|oft|dabei|"
        + "hier|aussi|pas|ne|toujours|ici|cela|también|no|siempre|también|também|não|sempre|anche|non|qui|così";

    /// <summary>By ISO 639-1.</summary>
    public static IReadOnlyDictionary<string, DefinitionGrammar> All { get; } = new Dictionary<string, DefinitionGrammar>(
        StringComparer.Ordinal)
    {
        ["en"] = Of(@"An?|The", @"(?:is|means|denotes|refers to|is defined as)\s(?<value>(?:an?|the|any|one of)\s.+)", "The",
            @"it|this|that|these|those|there|they|he|she|we|you|i|which|what|who|where|when|while|if|as|here|all|both|each|every|neither|"
                + @"none|some|most|such|another|other|others|but|and|or|so|because|since|after|before|at|in|on|by|for|from|with|without|"
                + @"only|also|although|though|however|to|then|thus|now|one|two|first|second|third|last|next|following|same|latter|former|"
                + @"above|example|note|problem|solution|reason|result|default|idea|goal|purpose|aim|answer|difference|point|rest|value|"
                + @"argument|option|not|no|just|once|until|unless|whether|how|why|can|may|my|your|our|its|their|issue|programming|over|"
                + @"under|between|during|through|about|into|against|among|like|unlike|despite|per|via|within|additional|even|similarly|"
                + @"higher|lower|larger|smaller|greater|more|less|parameter|capitalized|usually|function|variable|field|additional|main|"
                + @"important|common|good|simple|typical|possible|is|are|was|has|have|of|case|way|part",
            @"an?\s(?:good|bad|common|important|useful|typical|nice|great|big|real|matter|must|bit|few|little|lot|similar|different|known|"
                + @"major|serious|popular|recommended|possible|problem|mistake|error|way|sign|step|example|result|case|part|simple|very|"
                + @"more|better|little|new|number|case|subset|relatively|fairly|quite|issue|question|topic|task|feature|violation|"
                + @"requirement|choice|goal|local|stream|space|convenient|powerful)\b|the\s(?:subject|behaviou?r|same|case|default|best|"
                + @"first|last|only|most|main|name|value|number|result|reason|recommended|one|other|next|opposite|following|preferred|"
                + @"usual|latest|current|standard|easiest|simplest|right|original|official|list|type|size|path|maximum|minimum|current|"
                + @"new|old|time|job)\b|one of the\b|an?\s(?:atom|string|integer|tuple|boolean|list of|list|pid|term|function|fun|map|"
                + @"record|binary|number|character|vector|logical|pointer)\b",
            @"\b(?:that|which|who|whose|where|used|for|of|to|in which|at which|between|from|by|designed|intended|containing|with)\b"),
        ["de"] = Of(@"Eine?|Der|Die|Das", @"(?:ist|bezeichnet|bedeutet)\s(?<value>(?:eine?[rsnm]?|der|die|das|jede[rs]?)\s.+)", "Der|Die|"
            + "Das",
            @"es|dies|dieser|diese|dieses|das|er|sie|wir|man|was|wer|wo|wenn|falls|als|hier|hierbei|dabei|dazu|dafür|damit|danach|dann|"
                + @"dort|so|also|auch|nur|alle|beide|jede|jeder|jedes|einige|andere|anderer|anderes|weiterer|weitere|weiteres|ein|eine|"
                + @"aber|und|oder|weil|da|nach|vor|bei|in|im|am|an|auf|für|von|mit|ohne|zu|zum|zur|außerdem|ferner|jedoch|daher|deshalb|"
                + @"beispiel|hinweis|ziel|grund|voraussetzung|ergebnis|folge|vorteil|nachteil|wichtig|möglich|sinn|zweck|problem|lösung|"
                + @"unterschied|idee|erste|zweite|letzte|nächste|einzige|standard|derzeit|heute|jetzt|zusätzlich|neu|interessant|"
                + @"empfehlenswert|aus|über|unter|durch|gegen|seit|während|wegen|ähnlich|zuerst|zunächst|darüber|hinter|neben|zwischen|"
                + @"trotz|laut|sein|seine|ihr|ihre|dessen|deren|möglichkeit|alternative|folgende|genau|typischer|typische|typisches|"
                + @"zentrale|höhere|niedrigere|größere|gemeint|notwendig|sinnvoll|oft|meist|normalerweise|wie|ob|obwohl|dass|sowohl|"
                + @"ebenso|ebenfalls|letzteres|ersteres|nicht|kein|keine|besser|rechts|links|oben|unten|vorne?|hinten|mitten|innerhalb|"
                + @"außerhalb|oberhalb|unterhalb|direkt|daneben|darunter|davor|dahinter|bis|ab|je|jeweils",
            @"eine?\s(?:gute|guter|gutes|schlechte|wichtige|wichtiger|wichtiges|häufige|häufiger|nützliche|gängige|weitere|weiterer|"
                + @"weiteres|andere|anderer|anderes|der|die|das|beispiel|problem|fehler|teil|möglichkeit|sehr|neue|neuer|neues|ähnliche|"
                + @"ähnlicher|einfache|typische|typisches|zeichen|liste|zahl)\b|(?:der|die|das)\s(?:gleiche|selbe|erste|letzte|einzige|"
                + @"beste|wichtigste|größte|name|wert|zahl|anzahl|grund|ergebnis|fall|standard|liste|folgende|neue|alte|aktuelle)\b|"
                + @"eine[rsnm]?\sder\b",
            @",\s(?:(?:mit|in|an|auf|bei|von|aus|zu|für|durch|über|unter|nach|um|gegen)\s)?(?:der|die|das|dem|den|dessen|deren|denen|"
                + @"welche[rsmn]?|was|wo)\b|\bzu[mr]?\b|\bfür\b|\bvon\b"),
        ["fr"] = Of(@"Une?|Le|La|L['’]", @"(?:est|désigne|signifie)\s(?<value>(?:(?:une?|la|le|tout|toute)\s|l['’]\s?).+)", "Le|La|L.",
            @"il|elle|ils|elles|ce|c|cela|ceci|cette|cet|ces|on|nous|vous|je|tu|qui|que|quoi|où|quand|si|comme|ici|là|tous|toutes|chaque|"
                + @"chacun|aucun|autre|autres|mais|et|ou|donc|car|après|avant|dans|sur|par|pour|de|du|des|avec|sans|aussi|bien|ainsi|"
                + @"exemple|note|remarque|but|objectif|problème|solution|raison|résultat|idée|différence|première|premier|deuxième|"
                + @"dernier|dernière|suivant|suivante|même|seul|seule|défaut|valeur|lorsque|afin|plus|moins|pas|ne|à|en|au|aux|dès|chez|"
                + @"entre|vers|sous|selon|lors|quant|pendant|depuis|jusque|malgré|son|sa|ses|leur|leurs|mon|ma|exécuter|meilleur|meilleure",
            @"une?\s(?:bon|bonne|mauvais|mauvaise|important|importante|exemple|problème|erreur|autre|partie|peu|très|nouvelle?|simple|"
                + @"moyen|façon|cas|liste|nombre|des|signe|outil très|violation|question|projet|excellent|excellente)\b|l[ea]\s(?:moyen|"
                + @"même|premier|première|dernier|dernière|seule?|meilleure?|plus|suivante?|nom|valeur|nombre|cas|résultat|liste|fichier|"
                + @"cas)\b|l['’]\s?(?:un|une|autre|ensemble des)\b",
            @"\b(?:qui|que|dont|où|permettant|destinée?|utilisée?|contenant|pour|de|du|des|d['’]|servant|auquel|laquelle|lequel)(?:\b|"
                + @"(?<=['’]))"),
        ["es"] = Of(@"Una?|El|La|Los|Las", @"(?:es|significa|designa)\s(?<value>(?:una?|el|la|todo|toda)\s.+)", "El|La|Los|Las",
            @"esto|este|esta|estos|estas|eso|ese|esa|ello|él|ella|nosotros|usted|se|que|quien|qué|donde|cuando|si|como|aquí|allí|todos|"
                + @"todas|cada|ninguno|otro|otra|otros|pero|y|o|porque|después|antes|en|por|para|de|del|con|sin|también|así|además|"
                + @"ejemplo|nota|objetivo|problema|solución|razón|resultado|idea|diferencia|uso|típico|típica|desde|hasta|sobre|entre|"
                + @"puede|pueden|según|tras|ante|bajo|contra|durante|mediante|alguno|alguna|primera|primer|primero|segunda|segundo|última|"
                + @"último|siguiente|misma|mismo|única|único|defecto|valor|más|menos|no|ni|lo|mejor|peor|su|sus|a|al|un|una|aunque|ya|"
                + @"sólo|solo",
            @"una?\s(?:buen|buena|bueno|mal|mala|importante|ejemplo|problema|error|parte|poco|muy|nuevo|nueva|simple|manera|forma|caso|"
                + @"lista|número|de los|de las|serie|vez)\b|(?:el|la)\s(?:mism[oa]|primer|primera|primero|último|última|únic[oa]|mejor|"
                + @"peor|más|siguiente|nombre|valor|número|caso|resultado|lista|que|de)\b",
            @"\b(?:que|cuyo|cuya|donde|para|de|del|utilizad[oa]|usad[oa]|destinad[oa]|contiene)\b"),
        ["pt"] = Of(@"Uma?|O|A|Os|As", @"(?:é|significa|designa)\s(?<value>(?:uma?|o|a|todo|toda)\s.+)", "O|A|Os|As",
            @"isto|isso|este|esta|estes|estas|esse|essa|ele|ela|nós|você|se|que|quem|onde|quando|como|aqui|ali|todos|todas|cada|nenhum|"
                + @"outro|outra|mas|e|ou|porque|depois|antes|em|no|na|por|para|de|do|da|com|sem|também|assim|além|exemplo|nota|objetivo|"
                + @"objectivo|problema|solução|razão|resultado|ideia|diferença|uso|típico|típica|desse|dessa|desses|dessas|deste|desta|"
                + @"destes|destas|ao|aos|à|às|pelo|pela|sobre|entre|pode|podem|nos|nas|num|numa|dos|das|primeira|primeiro|segunda|segundo|"
                + @"última|último|seguinte|mesma|mesmo|única|único|padrão|valor|mais|menos|não|nem|melhor|pior|seu|sua|a|o|um|uma|embora|"
                + @"já|só",
            @"uma?\s(?:boa|bom|má|mau|importante|exemplo|problema|erro|parte|pouco|muito|novo|nova|simples|maneira|forma|caso|lista|"
                + @"número|dos|das|série|vez)\b|(?:o|a)\s(?:mesm[oa]|primeir[oa]|últim[oa]|únic[oa]|melhor|pior|mais|seguinte|nome|valor|"
                + @"número|caso|resultado|lista|que|de)\b",
            @"\b(?:que|cujo|cuja|onde|para|de|do|da|utilizad[oa]|usad[oa]|destinad[oa]|contém)\b"),
        ["it"] = Of(@"Un[oa]?|Un['’]|Il|Lo|La|L['’]|Gli|Le", @"(?:è|significa|indica)\s(?<value>(?:(?:un[oa]?|il|lo|la|ogni)\s|un['’]\s?|"
            + @"l['’]\s?).+)", "Il|Lo|La|L.|Gli|Le",
            @"esso|essa|questo|questa|questi|queste|quello|quella|ciò|egli|lui|lei|noi|voi|si|che|chi|dove|quando|se|come|qui|là|tutti|"
                + @"tutte|ogni|ognuno|nessuno|altro|altra|altri|ma|e|o|perché|dopo|prima|in|nel|nella|su|per|di|del|della|con|senza|anche|"
                + @"così|inoltre|esempio|nota|scopo|obiettivo|problema|soluzione|ragione|risultato|idea|differenza|uso|tipico|tipica|alla|"
                + @"alle|allo|ai|agli|dalla|dal|dai|nei|nelle|nello|sulla|sul|tra|fra|primo|seconda|secondo|ultimo|ultima|seguente|stesso|"
                + @"stessa|unico|unica|valore|più|meno|non|né|miglior|migliore|suo|sua|a|al|da|un|una|uno|già|solo|importante",
            @"un[oa]?\s(?:buon|buona|buono|cattiv[oa]|importante|esempio|problema|errore|parte|poco|molto|nuov[oa]|semplice|modo|caso|"
                + @"lista|elenco|numero|serie|volta|di|dei|delle)\b|(?:il|lo|la)\s(?:stess[oa]|prim[oa]|ultim[oa]|unic[oa]|miglior|"
                + @"migliore|più|seguente|nome|valore|numero|caso|risultato|lista)\b",
            @"\b(?:che|cui|dove|per|di|del|della|dell['’]|utilizzat[oa]|usat[oa]|destinat[oa]|contiene|quale|quali)(?:\b|(?<=['’]))"),
    };

    private static DefinitionGrammar Of(string articles, string predicate, string definite, string noTerm, string noValue,
        string relative) => new(
        Fast($@"^(?:(?<article>{articles})(?:\s|(?<=['’])))?{Term}\s{predicate}$"),
        Fast($"^(?:{definite})$"),
        Fast($@"(?:^(?:{noTerm})(?:\s|$)|\s(?:is|are|ist|sind|est|sont|es|son|é|são|è|sono|that|which|dass|que|qui|che|and|und|et|y|e|if|"
            + $@"when|not|nicht|of the|or|oder|ou|as|defined)(?:\s|$)|\s(?:{NoEnd})$)",
            RegexOptions.IgnoreCase),
        Fast($@"^(?:{noValue})", RegexOptions.IgnoreCase),
        Fast(relative, RegexOptions.IgnoreCase),
        Fast(@"\b(?:that|which|who|whose|where|used|designed|qui|que|dont|où|permettant|cuyo|cuya|cujo|cuja|che|cui)\b|"
            + @",\s(?:\w+\s)?(?:der|die|das|dem|den|dessen|deren|denen|welche[rsmn]?)\b",
            RegexOptions.IgnoreCase),
        Fast(@"^(?:an?|eine?[rsnm]?|une?|una?|uma?|un[oa]?|un['’]|any|one of|jede[rs]?|tout|toute|todo|toda|ogni)\b",
            RegexOptions.IgnoreCase));

    private static Regex Fast(string pattern, RegexOptions options = RegexOptions.None) =>
        new(pattern, options | RegexOptions.CultureInvariant | RegexOptions.Compiled);
}
