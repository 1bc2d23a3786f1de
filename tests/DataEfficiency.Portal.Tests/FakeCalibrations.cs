using System.Collections.Concurrent;
using System.Globalization;
using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.ReferenceTasks;

namespace DataEfficiency.Portal.Tests;

/// <summary>Calibrations without a model: so many pieces, of which those finished lie in the folder.</summary>
public sealed class FakeCalibrations : ICalibrations
{
    public int Pieces { get; set; } = 6;

    /// <summary>What measuring says that a task takes.</summary>
    public double Seconds { get; set; } = 60;

    /// <summary>What happens in the middle of each piece, before it gives way.</summary>
    public Action? Midway { get; set; }

    /// <summary>All that were begun, with the piece they went on from.</summary>
    public ConcurrentQueue<(CalibrationRequest Request, int From)> Begun { get; } = [];

    public ICalibrationRun Begin(IEstimator estimator, CalibrationRequest request)
    {
        var fake = (FakeEstimator)estimator;
        fake.Enter("begin calibration", CancellationToken.None);
        var run = new Run(this, request, FakeEstimator.Reference() with { WeightsSha256 = fake.Model.Sha256 }, fake.Enter);
        Begun.Enqueue((request, run.Progress.Done));
        return run;
    }

    double ICalibrations.Seconds(IEstimator estimator, CalibrationOptions options, ITaskSource task, CancellationToken cancel)
    {
        ((FakeEstimator)estimator).Enter($"measure {task.Name}", cancel);
        return Seconds;
    }

    private sealed class Run(FakeCalibrations fake, CalibrationRequest request, Calibration before, Action<string, CancellationToken> enter)
        : ICalibrationRun
    {
        private readonly string _file = Path.Combine(request.Folder, "pieces");
        private int _done = File.Exists(Path.Combine(request.Folder, "pieces"))
            ? int.Parse(File.ReadAllText(Path.Combine(request.Folder, "pieces")), CultureInfo.InvariantCulture) : 0;

        public CalibrationProgress Progress => new(_done == fake.Pieces ? CalibrationPhase.Ended : CalibrationPhase.Curves,
            request.Options.Tasks[0].Name, 50, _done, fake.Pieces, fake.Seconds * (fake.Pieces - _done));

        public Calibration Result => before with
        {
            Profile = request.Options.Profile,
            Tasks = [.. before.Tasks, .. request.Options.Tasks.Select(t => new CalibrationTask(t.Name, .5, .02, 1, .5, [], false, 60))],
        };

        public bool Step(Action? giveWay = null, CancellationToken cancel = default)
        {
            enter("calibration step", cancel);
            fake.Midway?.Invoke();
            giveWay?.Invoke();
            Directory.CreateDirectory(request.Folder);
            File.WriteAllText(_file, (++_done).ToString(CultureInfo.InvariantCulture));
            if (_done < fake.Pieces) return true;
            CalibrationFile.Save(request.File, Result);
            File.Delete(_file);
            return false;
        }

        public void Dispose()
        {
        }
    }
}
