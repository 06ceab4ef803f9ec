using Pipeline.Jobs.Dataset.Languages;

namespace Pipeline.Tests.Jobs.Dataset.Languages;

public sealed class LanguageDetectorTests
{
    private static readonly LanguageDetector Detector = new();

    [Theory]
    [InlineData("en", "The pump is started after the valve has been opened. If the pressure falls below two bar, it stops "
        + "and the lamp lights up.")]
    [InlineData("es", "La bomba se pone en marcha cuando la válvula está abierta. Si la presión baja de dos bares, se "
        + "detiene y se enciende la luz.")]
    [InlineData("de", "Die Pumpe wird gestartet, nachdem das Ventil geöffnet ist. Wenn der Druck unter zwei Bar fällt, bleibt sie stehen.")]
    [InlineData("fr", "La pompe est mise en marche quand la vanne est ouverte. Si la pression tombe sous deux bars, elle "
        + "s'arrête et la lampe s'allume.")]
    [InlineData("pt", "A bomba é ligada depois de a válvula estar aberta. Se a pressão descer abaixo de dois bares, ela para "
        + "e a luz acende-se.")]
    [InlineData("it", "La pompa viene avviata quando la valvola è aperta. Se la pressione scende sotto i due bar, si ferma e "
        + "si accende la spia.")]
    [InlineData("nl", "De pomp wordt gestart nadat de klep is geopend. Als de druk onder twee bar daalt, stopt hij en gaat "
        + "het lampje branden.")]
    [InlineData("ca", "La bomba es posa en marxa quan la vàlvula és oberta. Si la pressió baixa de dos bars, s'atura i el "
        + "llum s'encén amb un so.")]
    [InlineData("pl", "Pompa zostaje uruchomiona po otwarciu zaworu. Jeżeli ciśnienie spadnie poniżej dwóch barów, zatrzymuje się.")]
    [InlineData("tr", "Vana açıldıktan sonra pompa çalıştırılır. Basınç iki barın altına düşerse pompa durur ve lamba yanar.")]
    [InlineData("ru", "Насос запускается после открытия клапана. Если давление падает ниже двух бар, он останавливается.")]
    [InlineData("ar", "يتم تشغيل المضخة بعد فتح الصمام. إذا انخفض الضغط عن اثنين بار تتوقف المضخة ويضيء المصباح.")]
    [InlineData("zh", "阀门打开后启动水泵。如果压力低于两巴，水泵将停止运行，指示灯亮起。")]
    [InlineData("ja", "バルブが開いた後にポンプを起動します。圧力が二バールを下回るとポンプは停止します。")]
    [InlineData("ko", "밸브가 열린 후 펌프가 시작됩니다. 압력이 두 바 아래로 떨어지면 펌프가 멈춥니다.")]
    public void Prose_is_told_by_its_language(string language, string text) => Detector.Of(text).ShouldBe(language);

    [Theory]
    [InlineData("")]
    [InlineData("Pump")]
    [InlineData("12.5 | 13.7 | 14.9\n0.1 | 0.2 | 0.4\n1998 | 2004 | 2012")]
    [InlineData("int main(void) {\n  for (int i = 0; i < argc; i++) {\n    print_line(argv[i]);\n  }\n  return EXIT_SUCCESS;\n}")]
    [InlineData("/usr/share/doc/a.txt /etc/fstab dpkg-buildpackage(1) --no-pre-clean LC_ALL=C.UTF-8 foo_bar::baz()")]
    [InlineData("\0\ud800\udc00\ud800 \uffff")]
    public void Short_text_code_and_numbers_are_of_no_certain_language(string text) => Detector.Of(text).ShouldBe("und");

    [Fact]
    public void Code_and_English_identifiers_do_not_turn_German_text() => Detector.Of("""
        Mit dem Befehl apt-get install build-essential werden die Pakete eingerichtet, die man zum Bauen braucht.
        static int open_file(const char *name, int flags) {
        return file_open_with_default_flags(name, flags);
        }
        Die Datei /etc/apt/sources.list enthält die Adressen der Server. Der Eintrag "deb http://deb.debian.org/debian stable main" ist
        die Voreinstellung, und das Feature-Flag enableFastBoot steht für den Schnellstart des Release Candidate.
        """).ShouldBe("de");

    [Theory]
    [InlineData("What is the maximum pressure of the pump in summer?", "en", true)]
    [InlineData("What is the maximum pressure of the pump in summer?", "es", false)]
    [InlineData("Wie hoch ist der zulässige Druck der Pumpe im Sommer?", "de", true)]
    [InlineData("Wie hoch ist der zulässige Druck der Pumpe im Sommer?", "en", false)]
    [InlineData("¿Cuál es la presión máxima de la bomba en verano?", "fr", false)]
    [InlineData("254 bytes", "de", true)]
    [InlineData("DHCP", "es", true)]
    [InlineData("apt-get install build-essential", "pt", true)]
    [InlineData("Any text at all matches what is not certain, whatever it is.", "und", true)]
    [InlineData("ポンプの最大圧力はどのくらいですか？", "en", false)]
    public void Short_text_is_refused_only_where_it_is_certainly_of_another_language(string text, string language, bool matches) =>
        Detector.Matches(text, language).ShouldBe(matches);

    [Fact]
    public void Many_threads_get_the_same_answers()
    {
        LanguageDetector detector = new();
        string[] texts = ["Si la presión baja, la bomba se detiene y se enciende la luz roja.",
            "Jeżeli ciśnienie spadnie, pompa się zatrzymuje."];
        string[] found = new string[64];
        Parallel.For(0, found.Length, i => found[i] = detector.Of(texts[i % 2]));
        found.Where((_, i) => i % 2 == 0).ShouldAllBe(l => l == "es");
        found.Where((_, i) => i % 2 == 1).ShouldAllBe(l => l == "pl");
    }
}
