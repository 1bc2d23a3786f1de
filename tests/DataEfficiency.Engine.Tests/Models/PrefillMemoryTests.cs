using DataEfficiency.Engine.Answering;
using DataEfficiency.Engine.Models;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

/// <summary>
/// What a long prompt takes beside weights and key-value cache: at most 512 MiB for 16,384 tokens on SmolLM2's shape. Counted here for a
/// quarter of them on one of its thirty layers, each as wide: at most a quarter. A layer's scores alone would be 604 MB, those of the whole
/// prompt 9.7 GB. Counted as Linux does: the highest resident memory of the process (VmHWM, set back before) above what it held before.
/// </summary>
public class PrefillMemoryTests
{
    private const int Time = 4096;

    // Set in the process that a case starts: among other tests the C library has cut its memory up, and takes 50 MB more.
    private const string Own = "DATAEFFICIENCY_TESTS_PREFILL";

    private const long Allowed = 128L << 20;

    private static readonly ModelConfig OneLayer = new("llama", 576, 1536, 1, 9, 3, 64, 64, 8192, 1e-5, 10000, null, false, true, 1, [2],
        0);

    [ResidentMemoryTheory, InlineData(0), InlineData(Time - 20)]
    public async Task Greedy_OfALongPrompt_TakesAQuarterOfTheAllowanceBesideItsCache(int shared)
    {
        var own = Environment.GetEnvironmentVariable(Own);
        if (own is null) await TestProcess.PassAsync($"FullyQualifiedName~{nameof(PrefillMemoryTests)}", (Own, $"{shared}"));
        if (own == $"{shared}") Measure(shared);
    }

    private static void Measure(int shared)
    {
        using var decoder = Decoder.Initialise(OneLayer, 1);
        int[] prompt = [.. Enumerable.Range(0, Time).Select(i => 3 + i * i % 61)];
        var cache = 2L * OneLayer.KeyValueHeads * OneLayer.HeadDim * sizeof(float) * (Time + GreedyDecoder.DefaultLimit);
        var greedy = new GreedyDecoder(new ModelSession(decoder), new HashSet<int>(), limit: 2);
        void Answer()
        {
            using var prefix = decoder.Prefix(prompt[..shared]);
            greedy.Run(prefix, [prompt[shared..]]);
        }
        // The least of some runs: the C library keeps now more and now less of what was let go (40
        // to 140 MB seen), and never less than is held.
        Assert.InRange(Enumerable.Range(0, 4).Min(_ => ResidentMemory.MostDuring(Answer)), 1, cache + Allowed);
    }
}
