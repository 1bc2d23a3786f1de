using DataEfficiency.Engine;
using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Engine.Catalog;
using DataEfficiency.Engine.Forecasting;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Estimating;
using DataEfficiency.Portal.Sentences;

namespace DataEfficiency.Portal.Calibrating;

/// <summary>From what was asked to what the engine does.</summary>
public static class CalibrationPlans
{
    /// <summary>Whether a task can join this model's calibration: it is of these weights and of today's recipe.</summary>
    public static bool TakesTasks(ModelFolder model) => model is
        { Problem: null, Calibration.IsOfOlderRecipe: false, State: not (CalibrationState.OtherWeights or CalibrationState.Damaged) };

    /// <summary>Signals alone would take the place of something better.</summary>
    public static bool HasFit(ModelFolder model) => model.State == CalibrationState.Calibrated;

    /// <summary>The profile's tasks, of which a person chooses.</summary>
    public static IReadOnlyList<ITaskSource> Offered(CalibrationMode mode) => mode == CalibrationMode.Join ? [] : Profile(mode).Tasks;

    /// <exception cref="SaidException">These tasks make no calibration of this model.</exception>
    public static CalibrationOptions Options(CalibrationAsk ask, ModelFolder model, IReadOnlyList<LabelledTask> labelled)
    {
        if (model.Problem is { } problem) throw new SaidException(CalibratingWords.ModelUnusable(model: model.Name, why: problem));
        ITaskSource[] tasks = [.. ask.BuiltIn.Distinct().Select(ReferenceTaskList.Find), .. labelled];
        if (ask.Mode == CalibrationMode.Join)
        {
            if (!TakesTasks(model)) throw new SaidException(CalibratingWords.NothingToJoin(model.Name));
            if (tasks.Length == 0) throw new SaidException(CalibratingWords.ChooseAProject);
            return CalibrationOptions.Joining(model.Calibration!, tasks);
        }
        if (ask.Mode != CalibrationMode.SignalsOnly && tasks.Length < CalibrationFit.SmallestTaskCount)
            throw new SaidException(CalibratingWords.TooFewTasks(tasks: tasks.Length, fewest: CalibrationFit.SmallestTaskCount));
        if (tasks.Length == 0) throw new SaidException(CalibratingWords.ChooseATask);
        if (ask.Mode == CalibrationMode.SignalsOnly && HasFit(model)) throw new SaidException(CalibratingWords.HasMore(model.Name));
        var options = Profile(ask.Mode);
        return options with { Tasks = tasks };
    }

    private static CalibrationOptions Profile(CalibrationMode mode) => CalibrationOptions.Of(mode switch
    {
        CalibrationMode.Full => CalibrationOptions.Full, CalibrationMode.Small => CalibrationOptions.Small,
        _ => CalibrationOptions.SignalsOnly,
    });
}
