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

    public void Dispose() => _model.Dispose();
}
