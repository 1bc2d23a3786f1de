using System.Text;

namespace DataEfficiency.Prompts;

/// <summary>Configurations and templates of a model folder are small: what is not is not read.</summary>
public static class SmallFile
{
    private const long LargestBytes = 16 << 20;

    /// <summary>The path, where the file is small enough to be read whole.</summary>
    /// <exception cref="ModelException">It is larger.</exception>
    public static string Checked(string path) =>
        new FileInfo(path).Length <= LargestBytes ? path
            : throw new ModelException($"{path}: more than {LargestBytes:N0} bytes; such a file is not read.");

    /// <summary>Its text, which is UTF-8.</summary>
    /// <exception cref="ModelException">It is larger, or no UTF-8; the message names the line.</exception>
    public static string Text(string path)
    {
        try
        {
            return Encoding.UTF8.GetString(Utf8File.Read(Checked(path)));
        }
        catch (InvalidDataException garbled)
        {
            throw new ModelException(garbled.Message, garbled);
        }
    }
}
