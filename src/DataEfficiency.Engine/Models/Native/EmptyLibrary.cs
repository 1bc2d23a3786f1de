// A shared library for Linux x64 that has a name and nothing else: once it is loaded, whoever asks the loader for that name gets it, and no
// file is looked for. ELF layout: System V gABI; glibc compares a name without a slash with the DT_SONAME of what is loaded.
using System.Text;

namespace DataEfficiency.Engine.Models.Native;

internal static class EmptyLibrary
{
    private const int Header = 64, ProgramHeader = 56, Segments = 3, Dynamic = Header + Segments * ProgramHeader, Entries = 6,
        Symbols = Dynamic + Entries * 16, Strings = Symbols + 24;

    /// <summary>The bytes of the file.</summary>
    public static byte[] Named(string name)
    {
        byte[] strings = [0, .. Encoding.ASCII.GetBytes(name), 0];
        using var file = new MemoryStream();
        using var to = new BinaryWriter(file);
        to.Write([0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        Write16(3, 62); // shared object, x86-64
        to.Write(1);
        Write64(0, Header, 0);
        to.Write(0);
        Write16(Header, ProgramHeader, Segments, 64, 0, 0);

        const int load = 1, dynamic = 2, stack = 0x6474e551;
        Segment(load, 0, Strings + strings.Length, 0x1000);
        Segment(dynamic, Dynamic, Entries * 16, 8);
        Segment(stack, 0, 0, 16); // without it the loader would make the stacks of all threads executable

        const int end = 0, stringTable = 5, symbolTable = 6, stringSize = 10, symbolSize = 11, soname = 14;
        Write64(soname, 1, stringTable, Strings, symbolTable, Symbols, stringSize, strings.Length, symbolSize, 24, end, 0);
        to.Write(new byte[24]); // the symbol number 0, which stands for none
        to.Write(strings);
        return file.ToArray();

        void Write16(params short[] values) => Array.ForEach(values, to.Write);
        void Write64(params long[] values) => Array.ForEach(values, to.Write);
        void Segment(int type, long at, long size, long align)
        {
            const int readAndWrite = 6; // the loader writes addresses into the dynamic section
            to.Write(type);
            to.Write(readAndWrite);
            Write64(at, at, at, size, size, align);
        }
    }
}
