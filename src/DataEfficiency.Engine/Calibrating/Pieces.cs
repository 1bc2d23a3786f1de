// Work in pieces of less than half a second or so: the engine thread does one and looks whether something is more urgent.
using System.Diagnostics;
using DataEfficiency.Engine.Models;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.Calibrating;

internal static class Pieces
{
    /// <summary>Does all of them, one after the other.</summary>
    /// <returns>Seconds.</returns>
    public static double Run(IEnumerable<Action<GiveWay>> pieces, CancellationToken cancel)
    {
        var clock = Stopwatch.StartNew();
        using var work = pieces.GetEnumerator();
        while (true)
        {
            // what a piece makes for later ones it takes out of this scope
            using var scope = NewDisposeScope();
            if (!work.MoveNext()) return Math.Round(clock.Elapsed.TotalSeconds, 2);
            work.Current(cancel);
        }
    }
}
