// A backward pass in pieces of one layer: autograd's is one call that nothing goes between. The graph is cut where one layer's output is
// the next one's input; going back, each piece is differentiated on its own, with the bits of the uncut graph. One layer's gradients are
// there at a time.
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>The leaves of a graph, piece by piece.</summary>
/// <param name="Tensors">All of them.</param>
/// <param name="Bottom">Indices of those before the first layer.</param>
/// <param name="First">Index of the first one of layer 0.</param>
/// <param name="PerLayer">How many each layer has, in turn.</param>
/// <param name="Top">Indices of those behind the last layer; one may be of the bottom too.</param>
internal sealed record LayerLeaves(IReadOnlyList<Tensor> Tensors, int[] Bottom, int First, int PerLayer, int[] Top)
{
    /// <summary>Embedding, layers, last norm and, where it is not the embedding, the head.</summary>
    public static LayerLeaves OfModel(IReadOnlyList<Tensor> parameters, ModelConfig config)
    {
        var behind = config.TieWordEmbeddings ? 1 : 2;
        var perLayer = (parameters.Count - 1 - behind) / config.Layers;
        var norm = parameters.Count - behind;
        return new LayerLeaves(parameters, [0], 1, perLayer, config.TieWordEmbeddings ? [norm, 0] : [norm, norm + 1]);
    }

    public static LayerLeaves OfAdapter(IReadOnlyList<Tensor> trained, ModelConfig config) =>
        new(trained, [], 0, trained.Count / config.Layers, []);

    public int[] OfLayer(int layer) => [.. Enumerable.Range(First + layer * PerLayer, PerLayer)];
}

internal sealed class LayeredPass(int layers) : IDisposable
{
    private readonly List<(Tensor End, Tensor Begin)>[] _cuts =
        [.. Enumerable.Range(0, layers + 1).Select(_ => new List<(Tensor, Tensor)>())];

    /// <summary>Cuts the graph in front of a layer, or in front of the last norm. What carries no gradient needs no cut.</summary>
    public Tensor Between(int layer, Tensor x)
    {
        if (!x.requires_grad) return x;
        var begin = x.detach().requires_grad_(true).DetachFromDisposeScope();
        _cuts[layer].Add((x.DetachFromDisposeScope(), begin));
        return begin;
    }

    /// <summary>The gradients of a loss.</summary>
    /// <param name="take">Told the index of a leaf and its gradient, which lives until it returns; one that is used in two pieces comes
    /// twice.</param>
    public void Back(Tensor loss, LayerLeaves leaves, Action<int, Tensor> take, GiveWay giveWay)
    {
        IReadOnlyList<Tensor> arriving = Piece([loss], null, layers, leaves, leaves.Top, take);
        try
        {
            for (var layer = layers - 1; layer >= -1; layer--)
            {
                giveWay.Point();
                var above = _cuts[layer + 1];
                if (above.Count == 0) return;
                var own = layer < 0 ? leaves.Bottom : leaves.OfLayer(layer);
                var departing = Piece([.. above.Select(c => c.End)], arriving, layer, leaves, own, take);
                foreach (var gradient in arriving) gradient.Dispose();
                Drop(above);
                arriving = departing;
            }
        }
        finally
        {
            foreach (var gradient in arriving) gradient.Dispose();
        }
    }

    private IReadOnlyList<Tensor> Piece(Tensor[] outputs, IReadOnlyList<Tensor>? arriving, int layer, LayerLeaves leaves, int[] own,
        Action<int, Tensor> take)
    {
        using var scope = NewDisposeScope();
        Tensor[] begins = layer < 0 ? [] : [.. _cuts[layer].Select(c => c.Begin)];
        if (begins.Length + own.Length == 0) return [];
        Tensor[] inputs = [.. begins, .. own.Select(i => leaves.Tensors[i])];
        var gradients = autograd.grad(outputs, inputs, arriving is null ? null : [.. arriving]);
        using var plain = no_grad();
        for (var i = 0; i < own.Length; i++) take(own[i], gradients[begins.Length + i]);
        return [.. gradients.Take(begins.Length).Select(g => g.DetachFromDisposeScope())];
    }

    private static void Drop(List<(Tensor End, Tensor Begin)> cut)
    {
        foreach (var (end, begin) in cut)
        {
            end.Dispose();
            begin.Dispose();
        }
        cut.Clear();
    }

    public void Dispose()
    {
        foreach (var cut in _cuts) Drop(cut);
    }
}
