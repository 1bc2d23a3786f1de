using static TorchSharp.torch;

namespace DataEfficiency.Engine.Models;

/// <summary>Stands in for the plain linear y = x W^T + b of one layer; x is [batch, time, in].</summary>
internal interface ILinearHook
{
    Tensor Apply(int layer, Linear linear, Tensor x, Tensor weight, Tensor? bias);
}
