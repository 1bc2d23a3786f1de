using DataEfficiency.Engine.Calibrating;
using TorchSharp;

namespace DataEfficiency.Engine.Tests.Cli;

public sealed class CalibrateVerbTests : IDisposable
{
    private readonly TinyModel _model = new();

    // The verb's device and precision reach the calibration: what cannot be had is refused before anything is measured.
    [Theory, InlineData("--device", "cuda:0", "no CUDA device"), InlineData("--precision", "bfloat16", "bfloat16 is for GPUs")]
    public void Calibrate_DeviceOrPrecisionThatIsNotThere_SaysSo(string option, string value, string said)
    {
        if (torch.cuda.is_available()) return;
        var (code, _, error) = CommandLineTests.Run("calibrate", "--model", _model.Folder, "--profile", CalibrationOptions.SignalsOnly,
            option, value);
        Assert.NotEqual(0, code);
        Assert.Contains(said, error);
        Assert.False(File.Exists(Path.Combine(_model.Folder, Calibrator.JournalName)));
    }

    [Fact]
    public void Calibrate_LabelledSetThatDoesNotFit_SaysWhichAndWhat()
    {
        var file = Path.Combine(_model.Folder, "moods.jsonl");
        File.WriteAllLines(file, Enumerable.Range(0, 150).Select(i => $$"""{"text": "text {{i}}", "ground_truth": "{{i % 2}}"}"""));
        string Error(params string[] more) =>
            CommandLineTests.Run(["calibrate", "--model", _model.Folder, "--labelled", file, .. more]).Error;
        Assert.Contains("1 labelled sets and 0 instructions", Error());
        Assert.Contains("moods has 150 different labelled texts", Error("--instruction", "0 or 1?"));
        Assert.Contains("\"0\" is not one of yes; no", Error("--instruction", "0 or 1?", "--answers", "yes; no"));
        Assert.Contains("no calibration of these weights", Error("--instruction", "0 or 1?", "--join"));
        Assert.Contains("There is no calibration file 'nowhere.json'",
            Error("--instruction", "0 or 1?", "--join", "--calibration", "nowhere.json"));
        Assert.Contains("--calibration names what --join adds to", Error("--instruction", "0 or 1?", "--calibration", "nowhere.json"));
        Assert.Contains("--profile has no place beside --join", Error("--instruction", "0 or 1?", "--join", "--profile", "small"));
    }

    // Beside the tasks of the profile, with a name, a curve and signals of its own.
    [Fact]
    public void Calibrate_LabelledSet_IsATaskOfTheCalibration()
    {
        var file = Path.Combine(_model.Folder, "moods.jsonl");
        var task = Engine.ReferenceTasks.ReferenceTaskList.Find("sentiment");
        File.WriteAllLines(file, Enum.GetValues<Engine.ReferenceTasks.TaskSplit>().SelectMany(s => task.Generate(s, 120, 1))
            .Select(e => System.Text.Json.JsonSerializer.Serialize(new { text = e.Text, ground_truth = e.Answer })));
        var (code, _, error) = CommandLineTests.Run("calibrate", "--model", _model.Folder, "--profile", CalibrationOptions.SignalsOnly,
            "--tasks", "priority", "--labelled", file, "--instruction", task.Prompt.Instruction, "--answers",
            string.Join("; ", task.Prompt.Answers!));
        Assert.True(code == 0, error);
        var calibration = Engine.Catalog.CalibrationFile.LoadBeside(_model.Folder)!;
        Assert.Equal(["priority", "moods"], calibration.Tasks.Select(t => t.Name));
        Assert.InRange(calibration.Tasks[1].CosLow, -1, 1);
    }

    public void Dispose() => _model.Dispose();
}
