// One version list serves all projects: what no project asks for is out, but the pins of packages that others bring along.
using System.Xml.Linq;

namespace DataEfficiency.Engine.Tests.House;

public class PackageTests
{
    [Fact]
    public void Versions_EveryPin_IsReferencedOrALowerBoundOfAnother()
    {
        var asked = Directory.EnumerateFiles(SourceTree.Root, "*.csproj", SearchOption.AllDirectories)
            .SelectMany(p => XDocument.Load(p).Descendants("PackageReference")).Select(r => (string)r.Attribute("Include")!).ToHashSet();
        Assert.Contains("TorchSharp-cpu", asked);
        SourceTree.None(
            from version in XDocument.Load(SourceTree.At("src", "Directory.Packages.props")).Descendants("PackageVersion")
            where !((string?)version.Parent!.Attribute("Label") ?? "").StartsWith("lower bounds", StringComparison.Ordinal)
            let name = (string)version.Attribute("Include")!
            where !asked.Contains(name)
            select $"{name} is pinned and no project references it");
    }
}
