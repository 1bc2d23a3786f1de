
using DataEfficiency.Engine.Forecasting;

namespace DataEfficiency.Engine.Tests.Forecasting;

public class PaperFormulaTests
{
    [Theory]
    [InlineData(.65, .54, .31, .9, .661000, .512859, 1028.106337)]
    [InlineData(.2, .545, .31, .9, .419000, 1.386635, 2681.167976)]
    [InlineData(.2, .545, .31, .8, .419000, 1.386635, 1409.748087)]
    [InlineData(0, .526, .305, .95, .305000, 2.278689, 4136.531221)]
    [InlineData(.5, .797, .357, .9, .755500, .323627, 468.927666)]
    public void LabelsNeeded_KnownCosLow_GivesKnownNumber(double cosLow, double c, double intercept, double share, double auc,
        double exponent, double labels)
    {
        var predicted = PaperFormula.Auc(cosLow, c, intercept);
        Close.To(auc, predicted);
        Close.To(exponent, PaperFormula.Exponent(predicted));
        Close.To(labels, PaperFormula.LabelsNeeded(predicted, share));
    }

    [Theory]
    [InlineData(-1, .05)]
    [InlineData(5, .90)]
    public void Auc_OutsideItsRange_IsClipped(double cosLow, double expected) => Assert.Equal(expected, PaperFormula.Auc(cosLow, .5, .3));
}
