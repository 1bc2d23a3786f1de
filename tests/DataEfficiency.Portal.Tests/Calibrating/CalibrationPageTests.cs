using System.Net;
using DataEfficiency.Engine.ReferenceTasks;
using DataEfficiency.Portal.Storage;
using DataEfficiency.Portal.Tests.Estimating;
using Xunit;

namespace DataEfficiency.Portal.Tests.Calibrating;

public sealed class CalibrationPageTests
{
    private const string Path = $"/models/{CalibratingWorld.Model}/calibration";

    [Fact]
    public async Task Page_OfTheBundledModel_SaysWhatServesWithDotsLineAndWorstTasks()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        await world.FinishedAsync(LabelledTask.Fewest);
        await world.FinishedAsync(57);
        await world.AddPersonAsync("admin", GlobalRoles.Admin);
        var page = WebUtility.HtmlDecode(await (await world.SignedInAsync("admin")).GetStringAsync(Path));

        Assert.Contains("the probe predicts how easy a task is:", page);
        Assert.Contains("90 % interval over tasks", page);
        Assert.Equal(24, page.Split("class=\"obs").Length - 1);
        Assert.Equal(3, page.Split("class=\"obs hollow").Length - 1);
        Assert.Contains("Worst predicted: ", page);
        Assert.Contains("32 least confident, 200 random", page);
        Assert.Contains("Bank enquiries, 200 labels", page);
        Assert.Contains("Bank enquiries: 57 labels of the 200 that a curve needs", page);
        Assert.Contains("Measure what it takes", page);
    }

    [Fact]
    public async Task Page_OfWhoIsNoAdmin_ShowsItWithoutAStart()
    {
        using var world = new EstimatingWorld().WithItsWeights();
        await world.AddPersonAsync("lead", GlobalRoles.Lead);
        var lead = await world.SignedInAsync("lead");
        var page = WebUtility.HtmlDecode(await lead.GetStringAsync(Path));
        Assert.Contains("90 % interval over tasks", page);
        Assert.Contains("Only admins may calibrate a model.", page);
        Assert.DoesNotContain("Measure what it takes", page);
        Assert.Contains(Path, WebUtility.HtmlDecode(await lead.GetStringAsync("/models")));
        Assert.Contains("nowhere is not installed", await lead.GetStringAsync("/models/nowhere/calibration"));
    }
}
