// What a training run came to, beside the model that it started from: that one answers as before.
using DataEfficiency.Engine.Models;
using DataEfficiency.Engine.Models.Adapters;
using DataEfficiency.Engine.Models.Files;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning.Checks;

/// <summary>Trained parameters from a file, in a session of their own.</summary>
internal sealed class TrainedModel : IDisposable
{
    private const string Name = "trained";
    private readonly Adapter? _adapter;
    private readonly IDisposable _own;

    /// <param name="session">The model that the run started from.</param>
    public TrainedModel(string path, ModelSession session, Recipe recipe)
    {
        using var file = SafetensorsFile.Open(path);
        _adapter = recipe.NewAdapter(session.Decoder.Config, session.Decoder.Device);
        if (_adapter is null)
        {
            Session = session.Fork();
            _own = Session;
        }
        else
        {
            Session = session.Beside();
            _own = Session.Lend(_adapter);
        }
        try
        {
            Session.Change(() => file.CopyTo(Name, _adapter?.Flat ?? Session.Decoder.Parameters.Flat), _adapter);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What answers with the trained parameters.</summary>
    public ModelSession Session { get; }

    /// <summary>Writes what a run that has ended came to, in one move.</summary>
    public static void Save(string path, TrainingRun run)
    {
        SafetensorsFile.Write(path + ".tmp", [(Name, run.Adapter?.Flat ?? run.Model.Decoder.Parameters.Flat)], float32);
        File.Move(path + ".tmp", path, overwrite: true);
    }

    public void Dispose()
    {
        _own.Dispose();
        _adapter?.Dispose();
    }
}
