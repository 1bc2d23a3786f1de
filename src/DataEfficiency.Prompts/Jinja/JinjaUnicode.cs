// What Python knows of Unicode's letters and .NET does not: capitals of more than one character (SpecialCasing.txt), titles that are no
// capitals, and letters that are capital or small by a property of their own (Other_Uppercase, Other_Lowercase).
using System.Globalization;

namespace DataEfficiency.Prompts.Jinja;

internal static class JinjaUnicode
{
    private const string Capitals =
        "DF:53+53 149:2BC+4E 1F0:4A+30C 390:399+308+301 3B0:3A5+308+301 587:535+552 1E96:48+331 1E97:54+308 1E98:57+30A " +
        "1E99:59+30A 1E9A:41+2BE 1F50:3A5+313 1F52:3A5+313+300 1F54:3A5+313+301 1F56:3A5+313+342 1F80:1F08+399 1F81:1F09+399 " +
        "1F82:1F0A+399 1F83:1F0B+399 1F84:1F0C+399 1F85:1F0D+399 1F86:1F0E+399 1F87:1F0F+399 1F88:1F08+399 1F89:1F09+399 " +
        "1F8A:1F0A+399 1F8B:1F0B+399 1F8C:1F0C+399 1F8D:1F0D+399 1F8E:1F0E+399 1F8F:1F0F+399 1F90:1F28+399 1F91:1F29+399 " +
        "1F92:1F2A+399 1F93:1F2B+399 1F94:1F2C+399 1F95:1F2D+399 1F96:1F2E+399 1F97:1F2F+399 1F98:1F28+399 1F99:1F29+399 " +
        "1F9A:1F2A+399 1F9B:1F2B+399 1F9C:1F2C+399 1F9D:1F2D+399 1F9E:1F2E+399 1F9F:1F2F+399 1FA0:1F68+399 1FA1:1F69+399 " +
        "1FA2:1F6A+399 1FA3:1F6B+399 1FA4:1F6C+399 1FA5:1F6D+399 1FA6:1F6E+399 1FA7:1F6F+399 1FA8:1F68+399 1FA9:1F69+399 " +
        "1FAA:1F6A+399 1FAB:1F6B+399 1FAC:1F6C+399 1FAD:1F6D+399 1FAE:1F6E+399 1FAF:1F6F+399 1FB2:1FBA+399 1FB3:391+399 " +
        "1FB4:386+399 1FB6:391+342 1FB7:391+342+399 1FBC:391+399 1FC2:1FCA+399 1FC3:397+399 1FC4:389+399 1FC6:397+342 " +
        "1FC7:397+342+399 1FCC:397+399 1FD2:399+308+300 1FD3:399+308+301 1FD6:399+342 1FD7:399+308+342 1FE2:3A5+308+300 " +
        "1FE3:3A5+308+301 1FE4:3A1+313 1FE6:3A5+342 1FE7:3A5+308+342 1FF2:1FFA+399 1FF3:3A9+399 1FF4:38F+399 1FF6:3A9+342 " +
        "1FF7:3A9+342+399 1FFC:3A9+399 FB00:46+46 FB01:46+49 FB02:46+4C FB03:46+46+49 FB04:46+46+4C FB05:53+54 FB06:53+54 " +
        "FB13:544+546 FB14:544+535 FB15:544+53B FB16:54E+546 FB17:544+53D";

    private const string Titles =
        "DF:53+73 1C4:1C5 1C5:1C5 1C6:1C5 1C7:1C8 1C8:1C8 1C9:1C8 1CA:1CB 1CB:1CB 1CC:1CB 1F1:1F2 1F2:1F2 1F3:1F2 587:535+582 " +
        "1F80:1F88 1F81:1F89 1F82:1F8A 1F83:1F8B 1F84:1F8C 1F85:1F8D 1F86:1F8E 1F87:1F8F 1F88:1F88 1F89:1F89 1F8A:1F8A " +
        "1F8B:1F8B 1F8C:1F8C 1F8D:1F8D 1F8E:1F8E 1F8F:1F8F 1F90:1F98 1F91:1F99 1F92:1F9A 1F93:1F9B 1F94:1F9C 1F95:1F9D " +
        "1F96:1F9E 1F97:1F9F 1F98:1F98 1F99:1F99 1F9A:1F9A 1F9B:1F9B 1F9C:1F9C 1F9D:1F9D 1F9E:1F9E 1F9F:1F9F 1FA0:1FA8 " +
        "1FA1:1FA9 1FA2:1FAA 1FA3:1FAB 1FA4:1FAC 1FA5:1FAD 1FA6:1FAE 1FA7:1FAF 1FA8:1FA8 1FA9:1FA9 1FAA:1FAA 1FAB:1FAB " +
        "1FAC:1FAC 1FAD:1FAD 1FAE:1FAE 1FAF:1FAF 1FB2:1FBA+345 1FB3:1FBC 1FB4:386+345 1FB7:391+342+345 1FBC:1FBC 1FC2:1FCA+345 " +
        "1FC3:1FCC 1FC4:389+345 1FC7:397+342+345 1FCC:1FCC 1FF2:1FFA+345 1FF3:1FFC 1FF4:38F+345 1FF7:3A9+342+345 1FFC:1FFC " +
        "FB00:46+66 FB01:46+69 FB02:46+6C FB03:46+66+69 FB04:46+66+6C FB05:53+74 FB06:53+74 FB13:544+576 FB14:544+565 " +
        "FB15:544+56B FB16:54E+576 FB17:544+56D";

    private const string OtherUpper =
        "2160-216F 24B6-24CF 1F130-1F149 1F150-1F169 1F170-1F189";

    private const string OtherLower =
        "AA BA 2B0-2B8 2C0-2C1 2E0-2E4 345 37A 1D2C-1D6A 1D78 1D9B-1DBF 2071 207F 2090-209C 2170-217F 24D0-24E9 2C7C-2C7D " +
        "A69C-A69D A770 A7F8-A7F9 AB5C-AB5F 10780 10783-10785 10787-107B0 107B2-107BA";

    private const string OtherNumbers =
        "3405 3483 382A 3B4D 4E00 4E03 4E07 4E09 4E5D 4E8C 4E94 4E96 4EBF-4EC0 4EDF 4EE8 4F0D 4F70 5104 5146 5169 516B 516D " +
        "5341 5343-5345 534C 53C1-53C4 56DB 58F1 58F9 5E7A 5EFE-5EFF 5F0C-5F0E 5F10 62FE 634C 67D2 6F06 7396 767E 8086 842C " +
        "8CAE 8CB3 8D30 9621 9646 964C 9678 96F6 20001 20064 200E2 20121 2092A 20983 2098C 2099C 20AEA 20AFD 20B19 22390 22998 " +
        "23B1B 2626D";

    private static readonly Dictionary<int, string> CapitalOf = Table(Capitals), TitleOf = Table(Titles);
    private static readonly List<(int First, int Last)>
        UpperRanges = Ranges(OtherUpper), LowerRanges = Ranges(OtherLower), NumberRanges = Ranges(OtherNumbers);

    public static string Upper(int c) => c == 'ı' ? "I" : CapitalOf.GetValueOrDefault(c) ?? Simple(c).Upper;

    public static string Lower(int c) => c == 'İ' ? "i\u0307" : Simple(c).Lower;

    /// <summary>The first letter of a title: ǆ becomes ǅ; the small letters of Georgian stay.</summary>
    public static string Title(int c) => TitleOf.GetValueOrDefault(c) ?? (c is >= 0x10D0 and <= 0x10FF ? CodePoints.Text(c) : Upper(c));

    public static bool IsUpper(int c) => CodePoints.Category(c) == UnicodeCategory.UppercaseLetter || Holds(UpperRanges, c);

    public static bool IsLower(int c) => CodePoints.Category(c) == UnicodeCategory.LowercaseLetter || Holds(LowerRanges, c);

    public static bool IsTitle(int c) => CodePoints.Category(c) == UnicodeCategory.TitlecaseLetter;

    public static bool IsNumeric(int c) => CharUnicodeInfo.GetNumericValue(CodePoints.Text(c), 0) != -1 || Holds(NumberRanges, c);

    private static (string Upper, string Lower) Simple(int c)
    {
        if (!System.Text.Rune.TryCreate(c, out var rune)) return (CodePoints.Text(c), CodePoints.Text(c));
        return (System.Text.Rune.ToUpperInvariant(rune).ToString(), System.Text.Rune.ToLowerInvariant(rune).ToString());
    }

    private static bool Holds(List<(int First, int Last)> ranges, int c) => c > 0x7F && ranges.Any(r => c >= r.First && c <= r.Last);

    private static Dictionary<int, string> Table(string text) => text.Split(' ').Select(entry => entry.Split(':'))
        .ToDictionary(parts => Hex(parts[0]), parts => string.Concat(parts[1].Split('+').Select(c => CodePoints.Text(Hex(c)))));

    private static List<(int First, int Last)> Ranges(string text) =>
        [.. text.Split(' ').Select(range => range.Split('-')).Select(ends => (Hex(ends[0]), Hex(ends[^1])))];

    private static int Hex(string text) => int.Parse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
