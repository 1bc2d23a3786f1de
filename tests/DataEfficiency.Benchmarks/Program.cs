// Measurements for the README, by hand and never in the test run:
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- journey ../shared/data/banking77/train.csv
using DataEfficiency.Benchmarks;

if (args is ["journey", var csv, ..])
{
    await JourneyOnRealInput.RunAsync(csv, args.ElementAtOrDefault(2));
    return 0;
}
Console.Error.WriteLine("Usage: journey BANKING77_TRAIN_CSV [FOLDER_FOR_SCREENSHOTS]");
return 2;
