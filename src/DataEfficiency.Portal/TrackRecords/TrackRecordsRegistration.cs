using DataEfficiency.Portal.Estimating;

namespace DataEfficiency.Portal.TrackRecords;

public static class TrackRecordsRegistration
{
    public static void AddTrackRecords(this WebApplicationBuilder builder) =>
        builder.Services.AddSingleton<TrackBook>().AddSingleton<IOwnNeeds, OwnNeeds>();
}
