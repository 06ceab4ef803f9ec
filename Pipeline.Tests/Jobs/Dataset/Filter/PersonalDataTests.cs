using Pipeline.Jobs.Dataset.Filter;

namespace Pipeline.Tests.Jobs.Dataset.Filter;

public sealed class PersonalDataTests
{
    [Theory]
    [InlineData("mail me: a.b+c@mail.example.co.uk.", "mail me: [EMAIL].")]
    [InlineData("card 4111 1111 1111 1111 today", "card [CARD] today")]
    [InlineData("card 378282246310005", "card [CARD]")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 00", "IBAN [IBAN]")]
    [InlineData("IBAN GB82WEST12345698765432,", "IBAN [IBAN],")]
    [InlineData("SSN 078-05-1120.", "SSN [NATIONAL_ID].")]
    [InlineData("DNI 12345678Z", "DNI [NATIONAL_ID]")]
    [InlineData("NIE X1234567L", "NIE [NATIONAL_ID]")]
    [InlineData("Steuer-ID 86 095 742 719", "Steuer-ID [NATIONAL_ID]")]
    [InlineData("numéro 2 55 08 14 168 025 38", "numéro [NATIONAL_ID]")]
    [InlineData("codice RSSMRA85T10A562S", "codice [NATIONAL_ID]")]
    [InlineData("CPF 529.982.247-25", "CPF [NATIONAL_ID]")]
    [InlineData("call +1 (555) 123-4567 now", "call [PHONE] now")]
    [InlineData("Tel.: 030 / 123 456 78", "Tel.: [PHONE]")]
    [InlineData("(555) 123-4567", "[PHONE]")]
    public void Personal_data_is_replaced_by_its_kind(string text, string expected) =>
        PersonalData.Mask(text, new Dictionary<string, int>()).ShouldBe(expected);

    [Theory]
    [InlineData("version 3.12.4-2 of 2024-05-17")]
    [InlineData("sha256 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")]
    [InlineData("costs 1,234,567.89 dollars or 1 000 000 euros")]
    [InlineData("card 4111 1111 1111 1112 is none")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 01")]
    [InlineData("DNI 12345678A")]
    [InlineData("192.168.100.200 port 5432")]
    [InlineData("CPF 529.982.247-26")]
    [InlineData("numbers 12345678901 and 000-12-3456")]
    [InlineData("user@localhost and @mention")]
    [InlineData("ISBN 978-3-16-148410-0")]
    [InlineData("1999-2024, 10-20 and 5432-5440")]
    public void Versions_hashes_prices_and_numbers_without_their_check_digits_stay(string text) =>
        PersonalData.Mask(text, new Dictionary<string, int>()).ShouldBe(text);

    [Fact]
    public void Hostile_text_takes_no_longer_than_other_text() =>
        PersonalData.Mask(string.Concat(Enumerable.Repeat("+1" + new string('1', 300) + "x a" + new string('.', 200) + "@tel ", 100)),
            new Dictionary<string, int>()).Length.ShouldBeGreaterThan(0);
}
