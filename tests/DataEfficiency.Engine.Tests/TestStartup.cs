using System.Runtime.CompilerServices;
using DataEfficiency.Engine.Models.Native;

// libtorch uses all cores inside one operation: tests side by side would only fight for them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace DataEfficiency.Engine.Tests;

internal static class TestStartup
{
    // Tests use tensors of their own, before any model is loaded. One thread is fastest for models this small, above all on a busy machine.
    [ModuleInitializer]
    internal static void LoadNativeLibraries()
    {
        NativeStartup.Ensure(Environment.GetEnvironmentVariable("Estimation__LibTorchPath"));
        TorchSharp.torch.set_num_threads(1);
    }
}
