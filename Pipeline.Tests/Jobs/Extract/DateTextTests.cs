using Pipeline.Jobs.Extract.Layout;

namespace Pipeline.Tests.Jobs.Extract;

public sealed class DateTextTests
{
    [Theory]
    [InlineData("June 2023", true)]
    [InlineData("May 4, 2031", true)]
    [InlineData("3rd of March 2020", true)]
    [InlineData("3 de mayo de 2021", true)]
    [InlineData("Friday, 12 May 2023", true)]
    [InlineData("4. März 2019", true)]
    [InlineData("2023", false)]
    [InlineData("June 2023 report", false)]
    [InlineData("March of the penguins", false)]
    public void A_date_alone_is_one(string text, bool date) => DateText.Is(text).ShouldBe(date);
}
