using System.Text.Json;
using System.Text.Json.Nodes;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Tests.Forecasting;

namespace DataEfficiency.Engine.Tests.Catalog;

public sealed class CalibrationFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("calibration").FullName;

    [Fact]
    public void Save_ThenLoad_GivesTheSameCalibration()
    {
        var calibration = ForecasterTests.Calibration();
        CalibrationFile.Save(CalibrationFile.PathIn(folder), calibration);
        Assert.Equal(JsonSerializer.Serialize(calibration), JsonSerializer.Serialize(CalibrationFile.LoadBeside(folder)));
        Assert.Equal([CalibrationFile.Name], Directory.GetFiles(folder).Select(Path.GetFileName));
        Assert.Contains("\"cosLow\"", File.ReadAllText(CalibrationFile.PathIn(folder)));
    }

    [Fact]
    public void For_WeightsOfAShippedCalibration_ItsOwnAndNoOther()
    {
        var shipped = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Calibrations"), "*.json");
        Assert.NotEmpty(shipped);
        foreach (var file in shipped)
        {
            var sha = Path.GetFileNameWithoutExtension(file);
            Assert.Equal(sha, CalibrationFile.For(folder, sha).Calibration?.WeightsSha256);
        }
        Assert.Equal((null, null), CalibrationFile.For(folder, new string('0', 64)));
    }

    [Fact]
    public void For_AFileBesideTheModel_GoesFirstWhereItIsOfTheseWeights()
    {
        var sha = Path.GetFileNameWithoutExtension(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Calibrations"), "*.json")[0]);
        CalibrationFile.Save(CalibrationFile.PathIn(folder), ForecasterTests.Calibration() with { WeightsSha256 = sha, Profile = "mine" });
        Assert.Equal("mine", CalibrationFile.For(folder, sha).Calibration?.Profile);
        var others = ForecasterTests.Calibration() with { WeightsSha256 = "others", Profile = "mine" };
        CalibrationFile.Save(CalibrationFile.PathIn(folder), others);
        Assert.NotEqual("mine", CalibrationFile.For(folder, sha).Calibration?.Profile);
    }

    [Fact]
    public void LoadBeside_NoFile_IsNotCalibrated() => Assert.Null(CalibrationFile.LoadBeside(folder));

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"version\":\"x\"}")]
    [InlineData("{\"version\":99,\"model\":\"m\"}")]
    [InlineData("{\"version\":1,\"model\":null}")]
    public void Load_DamagedFile_NamesIt(string text)
    {
        var path = CalibrationFile.PathIn(folder);
        File.WriteAllText(path, text);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => CalibrationFile.Load(path)).Message);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{\"version\":99}")]
    public void For_DamagedFile_NoCalibrationAndFileAndCure(string text)
    {
        var path = CalibrationFile.PathIn(folder);
        File.WriteAllText(path, text);
        var (calibration, problem) = CalibrationFile.For(folder, new string('0', 64));
        Assert.Null(calibration);
        Assert.Contains(path, problem);
        Assert.Contains("Restore it, or remove it and run calibrate again", problem);
    }

    [Fact]
    public void For_FolderInThePlaceOfTheFile_SaysSo()
    {
        Directory.CreateDirectory(CalibrationFile.PathIn(folder));
        Assert.Contains(CalibrationFile.PathIn(folder), CalibrationFile.For(folder, new string('0', 64)).Problem);
    }

    [Fact]
    public void For_DamagedFileBesideAModelOfAShippedCalibration_TheShippedOneAndTheProblem()
    {
        var sha = Path.GetFileNameWithoutExtension(Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "Calibrations"), "*.json")[0]);
        File.WriteAllText(CalibrationFile.PathIn(folder), "{");
        var (calibration, problem) = CalibrationFile.For(folder, sha);
        Assert.Equal(sha, calibration?.WeightsSha256);
        Assert.Contains(CalibrationFile.Name, problem);
    }

    // A whole calibration with one thing in it that no calibration writes.
    [Theory]
    [InlineData("tasks", "[null]")]
    [InlineData("runs", "[null]")]
    [InlineData("adapterRank", "0")]
    [InlineData("adapterRank", "-1")]
    [InlineData("adapterAlpha", "0")]
    [InlineData("adapterAlpha", "-32")]
    public void For_WhatNoCalibrationHolds_NoCalibrationAndFileAndCure(string field, string value)
    {
        var path = CalibrationFile.PathIn(folder);
        var whole = ForecasterTests.Calibration() with { WeightsSha256 = new string('0', 64) };
        CalibrationFile.Save(path, whole);
        Assert.NotNull(CalibrationFile.For(folder, whole.WeightsSha256).Calibration);
        var root = JsonNode.Parse(File.ReadAllText(path))!;
        var owner = field switch { "tasks" => root, "runs" => root["tasks"]![0]!, _ => root["recipe"]! };
        Assert.NotNull(owner[field]);
        owner[field] = JsonNode.Parse(value);
        File.WriteAllText(path, root.ToJsonString());
        var (calibration, problem) = CalibrationFile.For(folder, whole.WeightsSha256);
        Assert.Null(calibration);
        Assert.Contains(path, problem);
    }

    [Fact]
    public void Load_HalfAFile_NamesIt()
    {
        var path = CalibrationFile.PathIn(folder);
        CalibrationFile.Save(path, ForecasterTests.Calibration());
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text[..(text.Length / 2)]);
        Assert.Contains(path, Assert.Throws<InvalidDataException>(() => CalibrationFile.Load(path)).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
