// The one rule of giving way, of rankings, rows and training runs alike: long work stops at points between two layers, two tokens and two
// examples. There it ends where it was cancelled, and there work that is more urgent goes between, on the same thread and model, and what
// waits goes on behind it with the same numbers.
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <param name="due">Does the more urgent work that has come in, if any; null: nothing is more urgent.</param>
internal readonly struct GiveWay(Action? due, CancellationToken cancel)
{
    public static implicit operator GiveWay(CancellationToken cancel) => new(null, cancel);

    /// <exception cref="OperationCanceledException">The work was cancelled, before or by what went between.</exception>
    public void Point()
    {
        cancel.ThrowIfCancellationRequested();
        if (due is null) return;
        // What goes between finds the thread as a call of its own does: the work that waits may have switched gradients off.
        using (set_grad_enabled(true)) due();
        cancel.ThrowIfCancellationRequested();
    }
}
