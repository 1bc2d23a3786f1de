// `--calibration`: the calibration that a verb reads. Without it: of the model's weights, beside them or among those that come with the
// program.
using System.CommandLine;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Prompts;

namespace DataEfficiency.Cli;

public sealed class CalibrationChoice
{
    public Option<string?> File { get; } = new("--calibration")
    {
        Description = $"File of a calibration. Default: {CalibrationFile.Name} beside the model's weights, else the one of these weights "
            + "that comes with this program.",
    };

    /// <exception cref="FileNotFoundException">The named file is not there, or these weights have no calibration.</exception>
    /// <exception cref="InvalidDataException">The named file is damaged.</exception>
    /// <exception cref="ModelException">The model's weights cannot be read.</exception>
    public Calibration Of(string folder, ParseResult arguments, Output output)
    {
        if (arguments.GetValue(File) is { } file) return CalibrationFile.Load(file);
        var model = ModelFolder.Inspect(folder);
        if (model.Problem is { } unusable) throw new ModelException(unusable);
        var (calibration, problem) = CalibrationFile.For(folder, model.WeightsSha256);
        if (problem is not null) output.Progress(problem);
        return calibration ?? throw new FileNotFoundException($"{folder} has no calibration of these weights: run calibrate for it, or "
            + "name a file with --calibration.");
    }
}
