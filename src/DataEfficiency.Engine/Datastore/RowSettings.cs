// What rows in files were computed with. Rows of other settings are other numbers: a folder that holds them is not used.
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DataEfficiency.Engine.Datastore;

/// <param name="Weights">SHA-256 of the weight files.</param>
/// <param name="Config">SHA-256 of config.json.</param>
/// <param name="Adapter">Seed of the A matrices, or SHA-256 of their file.</param>
/// <param name="Precision">Type that the model computes in.</param>
/// <param name="Projections">Names of the projections that rows may be seen through.</param>
internal sealed record RowSettings(string Weights, string Config, string Adapter, int Rank, double Alpha, string Precision,
    string Projections)
{
    private const string FileName = "settings.json";

    /// <summary>Of the files: another one is not read.</summary>
    public int Format { get; init; } = RowFile.Format;

    /// <summary>Names model files and adapter in the keys of examples.</summary>
    [JsonIgnore]
    public string Identity => FormattableString.Invariant($"{Weights}/{Config}/{Adapter}/{Rank}/{Alpha:R}/{Precision}/");

    /// <summary>Name of the folder for rows of these settings: each has one of its own.</summary>
    [JsonIgnore]
    public string Folder => Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(this)))[..16];

    public void Write(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this));

    /// <summary>Whether a folder's rows are of these settings. Its own word is needed: without one that can be read there are
    /// none.</summary>
    /// <param name="other">What it says where it is of other settings; null where it says nothing.</param>
    public bool AreOf(string folder, out RowSettings? other)
    {
        other = null;
        try
        {
            other = JsonSerializer.Deserialize<RowSettings>(File.ReadAllText(Path.Combine(folder, FileName)));
        }
        catch (Exception unread) when (unread is IOException or UnauthorizedAccessException or JsonException)
        {
        }
        return other == this;
    }
}
