// Measurements for the README, by hand and never in the test run (SHARED: the folder with data, golden and models):
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- journey SHARED/data/banking77/train.csv [FOLDER_FOR_SCREENSHOTS]
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- real-sets SHARED
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- engine SHARED [ROUNDS]
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- pool [SIZES]
//   dotnet run -c Release -p:Accelerator=cuda --project tests/DataEfficiency.Benchmarks --
//     device cuda [float32|bfloat16] [LAYERS] [VOCABULARY]
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- labels
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- load-folder FOLDER [ITEMS] [ANSWERS] [ANNOTATORS]
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- claims FOLDER [LEASES]
//   dotnet run -c Release --project tests/DataEfficiency.Benchmarks -- posterior
using System.Globalization;
using DataEfficiency.Benchmarks;
using DataEfficiency.Engine.Models.Native;

switch (args)
{
    case ["journey", var csv, ..]:
        await JourneyOnRealInput.RunAsync(csv, args.ElementAtOrDefault(2));
        return 0;
    case ["real-sets", var shared]:
        NativeStartup.Ensure();
        await RealSets.RunAsync(shared);
        return 0;
    case ["engine", var shared, ..]:
        NativeStartup.Ensure();
        using (var table = new EngineTable(shared))
            table.Run(shared, int.Parse(args.ElementAtOrDefault(2) ?? "5", CultureInfo.InvariantCulture));
        return 0;
    case ["memory", var shared, var way]: // a child of engine
        NativeStartup.Ensure();
        using (var table = new EngineTable(shared)) Console.WriteLine(table.PeakMegabytes(way).ToString(CultureInfo.InvariantCulture));
        return 0;
    case ["pool", .. var sizes]:
        PoolGrowth.Run([.. sizes.Select(s => int.Parse(s, CultureInfo.InvariantCulture))]);
        return 0;
    case ["pool-of", var size]: // a child of pool
        Console.WriteLine(PoolGrowth.Of(int.Parse(size, CultureInfo.InvariantCulture)));
        return 0;
    case ["device", var device, .. var shape]:
        NativeStartup.Ensure(Environment.GetEnvironmentVariable("Estimation__LibTorchPath"));
        int Size(int place, int usual) => shape.Length > place ? int.Parse(shape[place], CultureInfo.InvariantCulture) : usual;
        using (var table = new DeviceTable(device, shape.FirstOrDefault(), Size(1, 32), Size(2, 128_256))) table.Run();
        return 0;
    case ["labels"]:
        LabelGrowth.Run();
        return 0;
    case ["labels-of", var size]: // a child of labels
        Console.WriteLine(LabelGrowth.Of(int.Parse(size, CultureInfo.InvariantCulture)));
        return 0;
    case ["load-folder", var folder, .. var sizes]:
        int Of(int place, int usual) => sizes.Length > place ? int.Parse(sizes[place], CultureInfo.InvariantCulture) : usual;
        await LoadFolder.WriteAsync(folder, Of(0, 100_000), Of(1, 100_000), Of(2, 200));
        return 0;
    case ["claims", var folder, .. var leases]:
        await ClaimTimes.RunAsync(folder, leases is [var count, ..] ? int.Parse(count, CultureInfo.InvariantCulture) : 5000);
        return 0;
    case ["posterior"]:
        PosteriorTimes.Run();
        return 0;
    case ["items", var folder]:
        await ItemPages.RunAsync(folder);
        return 0;
    case ["exports", var folder]:
        await ExportTimes.RunAsync(folder);
        return 0;
    case ["import-load", var folder, .. var rows]:
        await ImportLoad.RunAsync(folder, rows is [var many, ..] ? int.Parse(many, CultureInfo.InvariantCulture) : 200_000);
        return 0;
    default:
        Console.Error.WriteLine("Usage: journey BANKING77_TRAIN_CSV [FOLDER_FOR_SCREENSHOTS] | engine SHARED [ROUNDS] | pool [SIZES]"
            + " | labels | device cuda|cpu [float32|bfloat16] [LAYERS] [VOCABULARY] | load-folder FOLDER [ITEMS] [ANSWERS] [ANNOTATORS]"
            + " | items FOLDER | exports FOLDER | import-load FOLDER [ROWS] | claims FOLDER [LEASES] | posterior");
        return 2;
}
