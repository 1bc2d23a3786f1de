using System.Runtime.CompilerServices;
using DataEfficiency.Engine.Models;

namespace DataEfficiency.Engine.Tests;

internal static class TestStartup
{
    // Tests use tensors of their own, before any model is loaded.
    [ModuleInitializer]
    internal static void LoadNativeLibraries() => NativeStartup.Ensure();
}
