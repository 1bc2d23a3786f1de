using System.Runtime.InteropServices;
using DataEfficiency.Engine.Models;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Tests.Models;

public sealed class AvailableMemoryTests
{
    [Fact]
    public void OfTheSystem_IsSomeOfWhatThereIs() =>
        Assert.InRange(AvailableMemory.OfTheSystem(), 1, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes);

    [Fact]
    public void OfTheDevice_ThatIsTheCpu_IsNotKnown() => Assert.Null(AvailableMemory.OfTheDevice(CPU));

    // A GPU of 80 where 20 are in use and 50 are kept by the allocator for later.
    [Fact]
    public void WithoutTheCache_CountsWhatTheAllocatorGivesBackWhenItRefuses()
    {
        long kept = 50;
        var free = AvailableMemory.WithoutTheCache(bytes =>
        {
            Assert.InRange(bytes, 1L << 45, (1L << 60) - 1);
            kept = 0;
            throw new ExternalException("CUDA out of memory. Tried to allocate 1048576.00 GiB.");
        }, () => 80 - 20 - kept);
        Assert.Equal(60, free);
        Assert.Throws<ExternalException>(() => AvailableMemory.WithoutTheCache(_ => throw new ExternalException("no device"), () => 1));
    }

    [Fact]
    public void Meminfo_InThePlaceOfAnotherFile_IsNotKnown()
    {
        Assert.Null(AvailableMemory.Meminfo("/no/such/file"));
        var file = Path.GetTempFileName();
        File.WriteAllText(file, "MemTotal:       24689000 kB\nMemAvailable:   12 kB\n");
        Assert.Equal(12 * 1024, AvailableMemory.Meminfo(file));
        File.WriteAllText(file, "MemAvailable:   much\n");
        Assert.Null(AvailableMemory.Meminfo(file));
        File.Delete(file);
    }
}
