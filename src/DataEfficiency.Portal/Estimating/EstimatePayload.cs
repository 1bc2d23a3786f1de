using System.Runtime.InteropServices;
using System.Text.Json;
using DataEfficiency.Engine;

namespace DataEfficiency.Portal.Estimating;

/// <summary>How an estimate lies in the database: JSON without the cosine matrix, and the matrix as float64 row by row.</summary>
public static class EstimatePayload
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public static string Write(Estimate estimate) => JsonSerializer.Serialize(WithoutCosines(estimate), Json);

    public static Estimate Read(string payload) =>
        JsonSerializer.Deserialize<Estimate>(payload, Json) ?? throw new JsonException("A stored estimate is empty.");

    public static Estimate WithoutCosines(Estimate estimate) => estimate with { CosLow = estimate.CosLow with { Cosines = [] } };

    public static byte[] WriteCosines(double[][] cosines) =>
        MemoryMarshal.AsBytes<double>(cosines.SelectMany(row => row).ToArray()).ToArray();
}
