using System.Runtime.Intrinsics;
using DataEfficiency.Engine.Models.Kernels;

namespace DataEfficiency.Engine.Tests.Gradients.CpuPass;

/// <summary>The gradient tests again in a process that has fewer instructions than the machine.</summary>
public sealed class InstructionSetTests
{
    private const string Without = "DATAEFFICIENCY_TESTS_WITHOUT";

    // Skipped in the process that it starts.
    [Theory]
    [InlineData("AVX512")]
    [InlineData("AVX2")]
    public async Task GradientTests_WithoutAnInstructionSet_Pass(string set)
    {
        if (Environment.GetEnvironmentVariable(Without) is not null) return;
        // they have run without it in this very process
        if (set == "AVX512" && !Vector512.IsHardwareAccelerated) return;
        var tests = "FullyQualifiedName~StripProductTests|FullyQualifiedName~RowStoreTests|FullyQualifiedName~InstructionSetTests.Set_"
            // the whole pass once: what has no AVX-512 differs in the products alone
            + (set == "AVX2" ? "|FullyQualifiedName~GradientRowsTests" : "");
        await TestProcess.PassAsync(tests, ("DOTNET_Enable" + set, "0"), (Without, set));
    }

    [Fact]
    public void Set_ThatWasTakenAway_IsAway()
    {
        var without = Environment.GetEnvironmentVariable(Without);
        if (without is not null) Assert.False(Vector512.IsHardwareAccelerated);
        if (without == "AVX2") Assert.False(Vector256.IsHardwareAccelerated);
    }
}
