// AdamW (Loshchilov and Hutter, arXiv 1711.05101) on one flat buffer: p *= 1 - lr wd; p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) +
// eps).
using DataEfficiency.Engine.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace DataEfficiency.Engine.FineTuning;

/// <summary>First and second moments of a flat parameter buffer, and the step over it.</summary>
internal sealed class AdamW(Tensor parameters, double weightDecay = .01, double beta1 = .9, double beta2 = .999, double epsilon = 1e-8)
    : IDisposable
{
    private readonly Tensor _first = zeros_like(parameters).DetachFromDisposeScope();
    private readonly Tensor _second = zeros_like(parameters).DetachFromDisposeScope();

    /// <summary>m, a buffer of the parameters' shape.</summary>
    public Tensor First => _first;

    /// <summary>v, likewise.</summary>
    public Tensor Second => _second;

    /// <summary>Steps taken so far.</summary>
    public int Steps { get; private set; }

    /// <summary>One step with the gradient, a buffer of the parameters' shape.</summary>
    public void Step(Tensor gradient, double learningRate)
    {
        using var plain = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        using Scalar decay = 1 - learningRate * weightDecay, oldFirst = beta1, newFirst = 1 - beta1, oldSecond = beta2,
            newSecond = 1 - beta2;
        using Scalar correction = 1 - Math.Pow(beta2, Steps), smallest = epsilon, step = -learningRate / (1 - Math.Pow(beta1, Steps));
        parameters.mul_(decay);
        _first.mul_(oldFirst).add_(gradient, newFirst);
        _second.mul_(oldSecond).addcmul_(gradient, gradient, newSecond);
        var denominator = _second.div(correction).sqrt_().add_(smallest, Operand.One);
        parameters.addcdiv_(_first, denominator, step);
    }

    /// <summary>Goes on behind so many steps, m and v being those of that step.</summary>
    public void Resume(int steps) => Steps = steps;

    public void Dispose()
    {
        _first.Dispose();
        _second.Dispose();
    }
}
