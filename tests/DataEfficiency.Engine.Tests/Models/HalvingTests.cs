using System.Runtime.InteropServices;
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Native;
using DataEfficiency.Prompts;
using Xunit;

namespace DataEfficiency.Engine.Tests.Models;

public class HalvingTests
{
    private const string CudaFull = "CUDA out of memory. Tried to allocate 2.00 GiB (GPU 0; 79.1 GiB total)\nframe #0: ...";

    [Fact]
    public void Run_WhatDoesNotFit_GoesOnInHalvesInOrder()
    {
        List<int> done = [];
        List<string> warnings = [];
        new Halving("model on cuda:0", warnings.Add).Run([1, 2, 3, 4, 5, 6, 7], n => n, part =>
        {
            if (part.Count > 2) throw new ExternalException(CudaFull);
            done.AddRange(part);
        });
        Assert.Equal([1, 2, 3, 4, 5, 6, 7], done);
        Assert.Equal(
            "model on cuda:0: 7 sequences of up to 7 tokens do not fit into memory (CUDA out of memory. Tried to allocate 2.00 GiB (GPU "
            + "0; 79.1 GiB total)). Going on with half as many.", warnings[0]);
    }

    [Fact]
    public void Run_OneThatDoesNotFit_IsAnErrorThatNamesModelLengthAndMemory()
    {
        var failed = Assert.Throws<ModelException>(
            () => new Halving("Llama-8B on cuda:0", null).Run([700], n => n, _ => throw new ExternalException(CudaFull)));
        Assert.Contains("Llama-8B on cuda:0", failed.Message);
        Assert.Contains("700 tokens", failed.Message);
        Assert.Contains("2.00 GiB", failed.Message);
    }

    [Fact]
    public void Run_AnyOtherError_Passes() =>
        Assert.Throws<ExternalException>(() => new Halving("m", null)
            .Run([1, 2], n => n, _ => throw new ExternalException("mat1 and mat2 shapes cannot be multiplied")));

    // libtorch's own words when the memory of this machine does not suffice: an exabyte never does.
    [Fact]
    public void Run_RealRefusalOfMemory_IsRecognised()
    {
        NativeStartup.Ensure();
        var failed = Assert.Throws<ModelException>(
            () => new Halving("m on cpu", null).Run([5], n => n, _ => TorchSharp.torch.empty(1L << 57).Dispose()));
        Assert.Contains("5 tokens", failed.Message);
    }
}
