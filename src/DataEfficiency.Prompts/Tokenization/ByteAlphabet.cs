// The printable alphabet of byte-level BPE (GPT-2): every byte has one character, printable bytes keep theirs.
namespace DataEfficiency.Prompts.Tokenization;

internal static class ByteAlphabet
{
    private static readonly char[] Characters = Build();
    private static readonly short[] Bytes = Invert();

    public static char Character(byte value) => Characters[value];

    public static bool TryByte(char character, out byte value)
    {
        var known = character < Bytes.Length ? Bytes[character] : (short)-1;
        value = (byte)known;
        return known >= 0;
    }

    private static char[] Build()
    {
        var characters = new char[256];
        var next = 256;
        for (var b = 0; b < 256; b++)
            characters[b] = b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)next++;
        return characters;
    }

    private static short[] Invert()
    {
        var bytes = new short[Characters.Max() + 1];
        Array.Fill(bytes, (short)-1);
        for (var b = 0; b < 256; b++) bytes[Characters[b]] = (short)b;
        return bytes;
    }
}
