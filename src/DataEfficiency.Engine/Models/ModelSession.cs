// Who owns a loaded model. Everything that keeps something computed with it (prefixes, rows, standing activations) compares the version it
// was computed under with the session's: a kept number is never one of other weights. Weights change here and nowhere else.
using DataEfficiency.Engine.Models.Adapters;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>One decoder, the version of its weights, and the adapter lent to it. A training run works on a <see cref="Fork"/>, so that the
/// session answers as before while the run goes on: dropped, it is undone, and <see cref="Keep"/> takes its weights over.</summary>
internal sealed class ModelSession : IDisposable
{
    private string _weights;
    private Loan? _loan;
    private bool _isMasked;

    public Decoder Decoder { get; }

    /// <summary>The adapter that answers and rows go through, or null.</summary>
    public Adapter? Adapter => _loan?.Adapter;

    /// <summary>Names weights and adapter: equal versions are equal numbers. Empty: the weights as the folder holds them, without an
    /// adapter.</summary>
    public string Version => _loan is null ? _weights : $"{_weights}+{_loan.Version}";

    /// <summary>Names the weights alone, whatever adapter is lent.</summary>
    internal string Weights => _weights;

    /// <summary>Takes the decoder over, its weights being those of its folder.</summary>
    public ModelSession(Decoder decoder) : this(decoder, "")
    {
    }

    private ModelSession(Decoder decoder, string weights) => (Decoder, _weights) = (decoder, weights);

    /// <inheritdoc cref="Decoder.Load"/>
    public static ModelSession Load(string folder, Device? device = null, ScalarType dtype = ScalarType.Float32) =>
        new(Decoder.Load(folder, device, dtype));

    /// <summary>Lets the weights be changed, or the values of an adapter; what was computed before is another version's from the first
    /// change on.</summary>
    /// <param name="trained">The adapter whose values change; null: the model's own weights do.</param>
    /// <exception cref="InvalidOperationException">The weights lie under a mask, whose end would undo the change.</exception>
    public void Change(Action change, Adapter? trained = null)
    {
        if (trained is null) RequireNoMask();
        // before the change: one that fails half-way is not the old version either
        if (trained is null) _weights = NewVersion();
        else if (_loan is { } loan && loan.Adapter == trained) loan.Version = NewVersion();
        using var plain = no_grad();
        change();
    }

    /// <summary>A session of the same version with a copy of the weights, which may be changed in any way while this one stays as it is. No
    /// adapter is lent to it.</summary>
    public ModelSession Fork() => new(Decoder.Copy(), _weights);

    /// <summary>A session over these very weights, to which adapters are lent that this one does not see. It is not disposed: its decoder
    /// is this one's. Of no use once these weights change.</summary>
    public ModelSession Beside() => new(Decoder, _weights);

    /// <summary>Goes on with the weights and the version of a fork.</summary>
    /// <exception cref="InvalidOperationException">The weights lie under a mask, whose end would undo it.</exception>
    public void Keep(ModelSession fork)
    {
        RequireNoMask();
        using var plain = no_grad();
        Decoder.Parameters.Flat.copy_(fork.Decoder.Parameters.Flat);
        _weights = fork._weights;
    }

    /// <summary>Answers and rows go through the adapter, unmerged, until what is returned is disposed; then through the one before, under
    /// the version before.</summary>
    /// <param name="version">Names the adapter's values where they are known by a name (a run and its step), so that what is kept in files
    /// is found again.</param>
    /// <returns>What ends the loan. Of two, the later one ends first: disposed in another order it throws.</returns>
    public IDisposable Lend(Adapter adapter, string? version = null) => _loan = new Loan(this, adapter, version ?? NewVersion(), _loan);

    /// <summary>Computes with a part of the weights until what is returned is disposed; then with all of them again, to the bit and under
    /// the version before. Masks do not lie one over the other.</summary>
    /// <exception cref="InvalidOperationException">A mask lies over the session already.</exception>
    public IDisposable Mask(WeightMask mask)
    {
        RequireNoMask();
        using var plain = no_grad();
        var (whole, version) = (Decoder.Parameters.Flat.clone().DetachFromDisposeScope(), _weights);
        var ending = new Ending(() =>
        {
            using var inner = no_grad();
            Decoder.Parameters.Flat.copy_(whole);
            whole.Dispose();
            (_weights, _isMasked) = (version, false);
        });
        try
        {
            Change(() => mask.ApplyTo(Decoder));
        }
        catch
        {
            ending.Dispose();
            throw;
        }
        _isMasked = true;
        return ending;
    }

    private void RequireNoMask()
    {
        if (_isMasked) throw new InvalidOperationException("A mask lies over this model already: take it off first.");
    }

    // Never one that another process gave: row files outlive a process.
    private static string NewVersion() => Guid.NewGuid().ToString("N");

    public void Dispose() => Decoder.Dispose();

    private sealed class Ending(Action end) : IDisposable
    {
        private Action? _end = end;

        public void Dispose()
        {
            _end?.Invoke();
            _end = null;
        }
    }

    private sealed class Loan(ModelSession session, Adapter adapter, string version, Loan? before) : IDisposable
    {
        private bool _hasEnded;

        public Adapter Adapter => adapter;

        public string Version { get; set; } = version;

        public void Dispose()
        {
            if (_hasEnded) return;
            if (session._loan != this) throw new InvalidOperationException("Another adapter was lent behind this one: it goes back first.");
            (session._loan, _hasEnded) = (before, true);
        }
    }
}
