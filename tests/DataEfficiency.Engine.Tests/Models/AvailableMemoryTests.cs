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
