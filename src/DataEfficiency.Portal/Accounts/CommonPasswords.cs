using DataEfficiency.Portal.Storage;
using Microsoft.AspNetCore.Identity;

namespace DataEfficiency.Portal.Accounts;

/// <summary>
/// The passwords that are tried first, made from rules and a short list of words: what people take when they must take ten characters is a
/// word they like, a way across the keyboard or a row of numbers, with a year or a few digits behind it. Letters written as digits and
/// signs at the ends are looked through.
/// </summary>
public sealed class CommonPasswords : IPasswordValidator<AppUser>
{
    private const int Shortest = 10, ShortestWay = 4;

    private static readonly string[] Words =
    [
        // what one types at the word "password"
        .. "password passwort motdepasse contrasena senha passw secret secreto geheim access login letmein open opensesame changeme change"
            .Split(' '),
        .. "default welcome willkommen bonjour hello hallo hola ciao admin administrator root user guest test testing demo master"
            .Split(' '),
        .. "system server computer internet google facebook windows linux apple samsung android iphone microsoft oracle cisco".Split(' '),
        .. "dataefficiency label labeling annotator project portal company office work school university student".Split(' '),
        // what one likes
        .. "iloveyou loveyou iloveu love lovely lover sweet sweetheart darling honey baby babygirl princess prince queen king angel"
            .Split(' '),
        .. "sunshine rainbow flower butterfly summer winter spring autumn fall sommer herbst moonlight starlight heaven freedom".Split(' '),
        .. "forever friends friendship family mother father mommy daddy brother sister children happy lucky smile beautiful".Split(' '),
        .. "football fussball soccer baseball basketball hockey tennis golf rugby cricket guitar music dance dancer chocolate".Split(' '),
        .. "cookie banana orange cherry coffee pizza cheese pepper ginger monkey dragon tiger lion eagle falcon phoenix dolphin".Split(' '),
        .. "elephant panther turtle rabbit puppy kitty shadow spider wolf bear horse chicken unicorn".Split(' '),
        .. "superman batman spiderman ironman pokemon pikachu starwars skywalker matrix hunter killer ninja pirate warrior".Split(' '),
        .. "legend hacker trustno whatever nothing fuckyou asshole jesus christ jesuschrist bible blessed money cash business".Split(' '),
        .. "mustang ferrari porsche mercedes corvette harley yamaha honda toyota silver golden diamond purple yellow green blue black"
            .Split(' '),
        // where and when
        .. "america england germany deutschland france espana italia brasil mexico canada australia london paris berlin madrid".Split(' '),
        .. "barcelona chelsea liverpool arsenal manchester juventus realmadrid chicago dallas texas boston newyork california florida"
            .Split(' '),
        .. "january february march april may june july august september october november december".Split(' '),
        .. "januar februar maerz mai juni juli oktober dezember".Split(' '),
        .. "monday tuesday wednesday thursday friday saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag"
            .Split(' '),
        // who
        .. "michael jennifer jessica ashley daniel david andrew anthony matthew joshua thomas robert william christopher charlie"
            .Split(' '),
        .. "jordan michelle nicole amanda melissa stephanie elizabeth samantha alexander alexandra sebastian benjamin jonathan".Split(' '),
        .. "patrick george martin peter stefan andreas marcel maria anna laura julia sarah sandra sabrina vanessa victoria isabella"
            .Split(' '),
        .. "sophie olivia charlotte emily hannah lauren rachel rebecca danielle natasha carlos miguel antonio francisco alejandro"
            .Split(' '),
        .. "gabriel rafael ricardo fernando eduardo john james richard steven kevin justin brandon tyler maggie buster bailey".Split(' '),
    ];

    // keyboards of several countries along their rows, down their columns, and the alphabet
    private static readonly string[] Ways =
    [
        "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "abcdefghijklmnopqrstuvwxyz",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "qazwsxedcrfvtgbyhnujmikolp", "zaqxswcdevfrbgtnhymjukilop", "zaq1xsw2cde3vfr4bgt5",
        "zaq12wsxcde34rfv",
        "1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1a2s3d4f5g6h7j8k9l", "a1b2c3d4e5f6g7h8i9j0", "1a2b3c4d5e6f7g8h9i",
        "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "qweasdzxcrtyfghvbn", "qwaszx", "zxcasdqwe", "asdfjkl",
    ];

    private static readonly string[] Ends =
    [
        "", .. Enumerable.Range(0, 10).Select(n => $"{n}"), .. Enumerable.Range(0, 100).Select(n => $"{n:00}"),
        .. Enumerable.Range(0, 10).SelectMany(n => new[] { new string((char)('0' + n), 3), new string((char)('0' + n), 4) }),
        .. Enumerable.Range(3, 8).Select(n => "1234567890"[..n]), .. Enumerable.Range(3, 7).Select(n => "0123456789"[..n]),
        "321", "4321", "54321", "654321", "007", "101", "456", "789", "1212", "2580", "123321", "abc", "abcd", "xyz", "qwe", "asd",
        "qwerty",
        .. Enumerable.Range(1940, 101).Select(year => $"{year}"),
    ];

    private static readonly Lazy<HashSet<string>> Made = new(() => [.. Make()]);

    /// <summary>Every one of them, in lower case; the short ones are met with signs around them.</summary>
    public static IReadOnlySet<string> All => Made.Value;

    /// <summary>Whether a guesser tries it before any other; capitals, letters written as digits, and signs do not hide it.</summary>
    public static bool IsCommon(string password) =>
        IsRepeated(password.ToLowerInvariant()) || Readings(password.ToLowerInvariant()).Any(r => All.Contains(r) || IsRepeated(r));

    public Task<IdentityResult> ValidateAsync(UserManager<AppUser> manager, AppUser user, string? password) =>
        Task.FromResult(password is { Length: >= Shortest } && (IsCommon(password) || IsName(password, user))
            ? IdentityResult.Failed(new IdentityError
            {
                Code = "PasswordTooCommon",
                Description =
                    AccountsWords.PasswordTooCommon,
            })
            : IdentityResult.Success);

    private static bool IsName(string password, AppUser user) =>
        new[] { user.UserName, user.DisplayName }.Any(name => name is { Length: > 3 }
            && password.Trim("0123456789!?.*#@$_- ".ToCharArray()).Equals(name, StringComparison.OrdinalIgnoreCase));

    private static IEnumerable<string> Make()
    {
        var ways = Ways.Concat(Ways.Select(w => string.Concat(w.Reverse()))).ToList();
        var starts = ways.SelectMany(w => Enumerable.Range(ShortestWay, w.Length - ShortestWay + 1).Select(n => w[..n]));
        foreach (var word in Words.Concat(starts).Distinct())
            foreach (var end in Ends)
                foreach (var made in new[] { word + end, end + word })
                    yield return made;
        const string digits = "012345678901234567890123456789";
        foreach (var row in ways.Append(digits).Append(string.Concat(digits.Reverse())))
            for (var from = 0; from < row.Length; from++)
                for (var length = Shortest; from + length <= row.Length; length++) yield return row.Substring(from, length);
    }

    /// <summary>What a password may be meant to say: signs at its ends and between gone, digits inside of letters read as
    /// letters.</summary>
    private static IEnumerable<string> Readings(string password)
    {
        var bare = password.Trim("!?.,*#@$%&_-+=~ ".ToCharArray());
        yield return bare;
        var start = bare.TakeWhile(char.IsAsciiDigit).Count();
        var end = Math.Max(start, bare.Length - bare.Reverse().TakeWhile(char.IsAsciiDigit).Count());
        foreach (var one in "il")
            foreach (var from in new[] { 0, start })
                yield return Letters(bare[from..end], one) + bare[end..];
    }

    private static string Letters(string word, char one) => string.Concat(word.Where(c => !"_-. #*".Contains(c)).Select(c => c switch
    {
        '0' => 'o', '1' or '!' or '|' => one, '3' => 'e', '4' or '@' => 'a', '5' or '$' => 's', '7' => 't', _ => c,
    }));

    // one piece again and again, the last time perhaps not whole
    private static bool IsRepeated(string password)
    {
        for (var piece = 1; piece <= password.Length / 2; piece++)
            if (password.AsSpan(piece).SequenceEqual(password.AsSpan(0, password.Length - piece))) return true;
        return false;
    }
}
