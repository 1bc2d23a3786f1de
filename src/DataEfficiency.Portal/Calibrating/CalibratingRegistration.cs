using DataEfficiency.Engine.Calibrating;
using DataEfficiency.Portal.Jobs;

namespace DataEfficiency.Portal.Calibrating;

public static class CalibratingRegistration
{
    /// <summary>Before whatever runs the engine thread.</summary>
    public static void AddCalibrating(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddSingleton<ICalibrations, Calibrations>();
        services.AddSingleton<CalibrationFolders>();
        services.AddSingleton<CalibrationFeed>();
        services.AddSingleton<CalibrationJobs>();
        services.AddSingleton<CalibrationCosts>();
        services.AddSingleton<CalibrationWork>();
        services.AddSingleton<IJobWork>(provider => provider.GetRequiredService<CalibrationWork>());
        services.AddSingleton<CalibrationTurns>();
    }
}
