namespace DataEfficiency.Engine.Models;

/// <summary>Configurations and templates of a model folder are small: what is not is not read.</summary>
internal static class SmallFile
{
    private const long LargestBytes = 16 << 20;

    /// <summary>The path, where the file is small enough to be read whole.</summary>
    /// <exception cref="EngineException">It is larger.</exception>
    public static string Checked(string path) =>
        new FileInfo(path).Length <= LargestBytes ? path : throw new EngineException($"{path}: more than {LargestBytes:N0} bytes; such a file is not read.");
}
