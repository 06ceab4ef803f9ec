namespace Pipeline.Models.Evaluation.Metrics;

/// <summary>
/// Units of measure by their spellings in six languages. What is not here is no unit, so that a word behind a number contradicts nothing.
/// </summary>
internal static class Units
{
    private static readonly Dictionary<string, string> Names = Read(
    [
        "% percent percents prozent porcentaje porciento",
        "m metre metres meter meters metro metros metri mètre mètres",
        "km kilometre kilometres kilometer kilometers kilómetro kilómetros quilómetro quilómetros kilomètre kilomètres chilometro "
        + "chilometri",
        "cm centimetre centimetres centimeter centimeters centímetro centímetros zentimeter centimètre centimètres centimetro centimetri",
        "mm millimetre millimetres millimeter millimeters milímetro milímetros millimètre millimètres millimetro millimetri",
        "kg kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos quilograma quilogramas kilo kilos chilogrammo "
        + "chilogrammi",
        "g gram grams gramm gramme grammes gramo gramos grama gramas grammo grammi",
        "t tonne tonnes ton tons tonelada toneladas tonnen tonnellata tonnellate",
        "l litre litres liter liters litro litros litri",
        "s sec secs second seconds sekunde sekunden segundo segundos seconde secondes secondo secondi",
        "ms millisecond milliseconds millisekunde millisekunden milisegundo milisegundos milliseconde millisecondes",
        "min minute minutes minuten minuto minutos minuti mins",
        "h hour hours hr hrs stunde stunden hora horas heure heures ora ore",
        "day days tag tage tagen día días dia dias jour jours giorno giorni",
        "week weeks woche wochen semana semanas semaine semaines settimana settimane",
        "month months monat monate monaten mes meses mois mese mesi mês",
        "year years jahr jahre jahren año años ano anos an ans année années anno anni",
        "bit bits", "byte bytes octet octets", "kb kilobyte kilobytes", "mb megabyte megabytes megaoctet megaoctets mo",
        "gb gigabyte gigabytes gigaoctet gigaoctets go", "tb terabyte terabytes to", "kib kibibyte kibibytes", "mib mebibyte mebibytes",
        "gib gibibyte gibibytes", "hz hertz", "khz kilohertz", "mhz megahertz", "ghz gigahertz", "v volt volts voltios",
        "w watt watts vatios", "kw kilowatt kilowatts kilovatios", "mw megawatt megawatts", "a ampere amperes amp amps amperios",
        "°c celsius", "°f fahrenheit", "pa pascal", "kpa kilopascal", "bar bars bares", "ha hectare hectares hektar hectárea hectáreas",
        "m² sqm", "km²", "m³", "km/h kmh", "€ euro euros eur", "$ dollar dollars dólar dólares usd", "£ pound pounds gbp", "¥ yen jpy",
        "thousand mil tausend mille", "million millions millón millones millionen milhão milhões milione milioni",
        "billion billions milliarde milliarden milliards miliardo miliardi",
    ]);

    // Letters that are units in one language and little words in another, so that 'a' behind a year is no ampere.
    private static readonly HashSet<string> Words = ["a", "an", "to", "go", "mo", "ore", "ora", "mil", "mille"];

    /// <summary>The name that all spellings of a unit share, or null.</summary>
    public static string? NameOf(string written)
    {
        string key = string.Concat(written.ToLowerInvariant().Replace('μ', 'µ').Where(c => !char.IsWhiteSpace(c)));
        return Words.Contains(key) ? null : Names.GetValueOrDefault(key);
    }

    private static Dictionary<string, string> Read(string[] lines)
    {
        Dictionary<string, string> names = new(StringComparer.Ordinal);
        foreach (string[] spellings in lines.Select(line => line.Split(' ')))
            foreach (string spelling in spellings)
                names.TryAdd(spelling, spellings[0]);
        return names;
    }
}
