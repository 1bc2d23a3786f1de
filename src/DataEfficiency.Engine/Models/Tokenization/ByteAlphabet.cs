// The printable alphabet of byte-level BPE (GPT-2): every byte has one character, printable bytes keep theirs.
namespace DataEfficiency.Engine.Models.Tokenization;

internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly Dictionary<char, byte> Bytes = Characters.Select((c, b) => (c, b)).ToDictionary(p => p.c, p => (byte)p.b);

    public static char Character(byte value) => Characters[value];

    public static bool TryByte(char character, out byte value) => Bytes.TryGetValue(character, out value);

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return characters;
    }
}
