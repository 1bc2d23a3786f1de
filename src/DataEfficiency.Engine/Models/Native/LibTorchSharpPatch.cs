// Lets libLibTorchSharp.so load on Linux systems older than the one it was built on (Debian 12, Ubuntu 22.04, RHEL 9). The file was built
// with GCC 13 and asks libstdc++ for one symbol of version GLIBCXX_3.4.32, std::ios_base_library_init(). It does nothing but make the
// linker pull in the initialisation of iostream, which every libstdc++ since 2001 runs by itself. The patch turns the call into
// sched_yield() of libc, harmless everywhere. ELF layout: System V gABI, and the Linux Standard Base for the GNU version sections.
using System.Buffers.Binary;
using System.Text;

namespace DataEfficiency.Engine.Models.Native;

/// <summary>What the native library's bytes say about loading on an older libstdc++.</summary>
internal enum PatchOutcome { NotNeeded, Patched }

/// <summary>Rewrites the bytes of one ELF64 file in memory; reads and writes no file.</summary>
internal static class LibTorchSharpPatch
{
    internal const string Symbol = "_ZSt21ios_base_library_initv";
    internal const string NewVersion = "GLIBCXX_3.4.32";
    private const string OldVersion = "GLIBCXX_3.4.30";
    private const string Replacement = "sched_yield";
    private const int DynamicSymbols = 11;
    private const int VersionNeeds = 0x6ffffffe;
    private const int VersionOfSymbols = 0x6fffffff;

    private readonly record struct Section(int Type, int Offset, int Size, int Link);

    /// <summary>Patches <paramref name="elf"/> in place, or leaves it alone where it does not ask for GLIBCXX_3.4.32 (any more).</summary>
    /// <exception cref="InvalidDataException">The layout is not the known one; the bytes are untouched then.</exception>
    public static PatchOutcome Apply(byte[] elf)
    {
        if (elf.Length < 64 || elf[0] != 0x7f || elf[1] != 'E' || elf[2] != 'L' || elf[3] != 'F' || elf[4] != 2 || elf[5] != 1)
            throw new InvalidDataException("it is no little-endian 64-bit ELF file");
        var sections = Sections(elf);
        var needs = Single(sections, VersionNeeds, "version needs (.gnu.version_r)");
        var strings = Linked(sections, needs);
        var (entry, index, oldName) = FindNeed(elf, needs, strings);
        if (entry < 0) return PatchOutcome.NotNeeded;
        if (oldName < 0) throw new InvalidDataException($"it asks for {NewVersion} but not for {OldVersion}");

        var symbols = Single(sections, DynamicSymbols, "dynamic symbols (.dynsym)");
        var versions = Single(sections, VersionOfSymbols, "symbol versions (.gnu.version)");
        if (Linked(sections, symbols) != strings) throw new InvalidDataException("symbols and versions use different string tables");
        var (symbol, name) = FindSymbol(elf, symbols, versions, strings, index);

        // All checked: only now is a byte changed. The version's hash stands at the entry's start, its name eight bytes on.
        BinaryPrimitives.WriteUInt32LittleEndian(elf.AsSpan(entry), Hash(OldVersion));
        BinaryPrimitives.WriteInt32LittleEndian(elf.AsSpan(entry + 8), oldName);
        Encoding.ASCII.GetBytes(Replacement + "\0").CopyTo(elf.AsSpan(strings.Offset + name));
        BinaryPrimitives.WriteUInt16LittleEndian(elf.AsSpan(versions.Offset + 2 * symbol), 1); // 1 = global, no version asked for
        return PatchOutcome.Patched;
    }

    private static List<Section> Sections(byte[] elf)
    {
        var offset = BinaryPrimitives.ReadInt64LittleEndian(elf.AsSpan(0x28));
        int size =
            BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3a)), count = BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(0x3c));
        if (size != 64 || count == 0 || offset < 64 || offset + (long)size * count > elf.Length)
            throw new InvalidDataException("its section table is missing or cut off");
        var sections = new List<Section>(count);
        for (var i = 0; i < count; i++)
        {
            var header = elf.AsSpan((int)offset + i * size, size);
            var type = BinaryPrimitives.ReadInt32LittleEndian(header[4..]);
            long start =
                BinaryPrimitives.ReadInt64LittleEndian(header[24..]), length = BinaryPrimitives.ReadInt64LittleEndian(header[32..]);
            const int withoutContent = 8;
            if (type == withoutContent) (start, length) = (0, 0);
            if (start < 0 || length < 0 || start > elf.Length - length)
                throw new InvalidDataException($"section {i} lies outside the file");
            sections.Add(new Section(type, (int)start, (int)length, BinaryPrimitives.ReadInt32LittleEndian(header[40..])));
        }
        return sections;
    }

    private static Section Single(List<Section> sections, int type, string what)
    {
        var found = sections.Where(s => s.Type == type).ToList();
        return found.Count == 1 ? found[0] : throw new InvalidDataException($"it has {found.Count} sections of {what}, not one");
    }

    private static Section Linked(List<Section> sections, Section from) =>
        from.Link > 0 && from.Link < sections.Count ? sections[from.Link]
            : throw new InvalidDataException("a section links to no string table");

    private static (int Entry, int Index, int OldName) FindNeed(byte[] elf, Section needs, Section strings)
    {
        int found = -1, index = -1, old = -1, file = needs.Offset, end = needs.Offset + needs.Size;
        for (var more = true; more;)
        {
            Inside(file, end);
            int count = Word16(elf, file + 2), entry = file + Word32(elf, file + 8);
            for (var i = 0; i < count; i++)
            {
                Inside(entry, end);
                var name = Word32(elf, entry + 8);
                var text = Text(elf, strings, name);
                if (text == OldVersion) old = name;
                if (text == NewVersion) (found, index) = (entry, Word16(elf, entry + 6));
                entry += Word32(elf, entry + 12);
            }
            var next = Word32(elf, file + 12);
            file += next;
            more = next > 0;
        }
        return (found, index, old);
    }

    private static (int Symbol, int Name) FindSymbol(byte[] elf, Section symbols, Section versions, Section strings, int index)
    {
        int found = -1, count = symbols.Size / 24;
        if (versions.Size != 2 * count) throw new InvalidDataException("symbols and versions differ in number");
        for (var i = 0; i < count; i++)
        {
            if ((Word16(elf, versions.Offset + 2 * i) & 0x7fff) != index) continue;
            var text = Text(elf, strings, Word32(elf, symbols.Offset + 24 * i));
            if (text != Symbol || found >= 0)
                throw new InvalidDataException($"it asks for {text} of version {NewVersion}, which has no known substitute");
            if (Word16(elf, symbols.Offset + 24 * i + 6) != 0) throw new InvalidDataException($"it defines {Symbol} itself");
            found = i;
        }
        if (found < 0) throw new InvalidDataException($"it asks for {NewVersion} but not for {Symbol}");
        var name = Word32(elf, symbols.Offset + 24 * found);
        for (var i = 0; i < count; i++)
        {
            var other = Word32(elf, symbols.Offset + 24 * i);
            if (i != found && other >= name && other <= name + Symbol.Length)
                throw new InvalidDataException($"another symbol shares the name's bytes of {Symbol}");
        }
        return (found, name);
    }

    private static int Word16(byte[] elf, int at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(at, 2));

    private static int Word32(byte[] elf, int at) => BinaryPrimitives.ReadInt32LittleEndian(elf.AsSpan(at, 4));

    private static void Inside(int at, int end)
    {
        if (at < 0 || at > end - 16) throw new InvalidDataException("its version needs run past their section");
    }

    private static string Text(byte[] elf, Section strings, int at)
    {
        if (at < 0 || at >= strings.Size) throw new InvalidDataException("a name lies outside its string table");
        var rest = elf.AsSpan(strings.Offset + at, strings.Size - at);
        var end = rest.IndexOf((byte)0);
        return end < 0 ? throw new InvalidDataException("a name has no end") : Encoding.ASCII.GetString(rest[..end]);
    }

    // The hash of the System V ABI, by which the loader compares version names first.
    private static uint Hash(string name)
    {
        uint h = 0;
        foreach (var c in name)
        {
            h = (h << 4) + c;
            var high = h & 0xf0000000;
            h = (h ^ (high >> 24)) & ~high;
        }
        return h;
    }
}
