// What a small firm is asked: which of 24 trades is needed, for which day a table is booked, whether a complaint speaks of danger
// (seldom).

namespace DataEfficiency.Engine.ReferenceTasks;

internal static class WorkplaceTasks
{
    private static readonly (string Trade, string[] Jobs)[] Trades =
    [
        ("plumber", ["a dripping tap", "a blocked drain", "a burst pipe", "a leaking boiler"]),
        ("electrician", ["a dead socket", "a blown fuse", "some loose wiring", "a sparking switch"]),
        ("roofer", ["slipped tiles", "a torn gutter", "a sagging roof", "a cracked skylight"]),
        ("painter", ["peeling walls", "a faded fence", "a stained ceiling", "bare plaster"]),
        ("carpenter", ["a wobbly stair", "a warped shelf", "a rotten beam", "an oak bench"]),
        ("locksmith", ["a jammed bolt", "a lost key", "a stiff latch", "a safe without its code"]),
        ("glazier", ["a smashed pane", "a misty window", "a chipped mirror", "a shop front in pieces"]),
        ("mason", ["a crumbling arch", "a brick wall", "a granite step", "a loose kerb"]),
        ("gardener", ["an overgrown hedge", "a mossy lawn", "weeds and roses", "a dying apple tree"]),
        ("cleaner", ["dusty blinds", "a sticky floor", "grimy ovens", "muddy carpets"]),
        ("tailor", ["a ripped seam", "a long sleeve", "a wedding suit", "a missing button"]),
        ("cobbler", ["worn heels", "a split sole", "leaky boots", "broken laces"]),
        ("baker", ["forty rolls", "a birthday cake", "rye loaves", "plum tarts"]),
        ("butcher", ["two kilos of mince", "a leg of lamb", "smoked sausages", "some pork chops"]),
        ("florist", ["a bunch of tulips", "a funeral wreath", "lilies and fern", "a bridal bouquet"]),
        ("barber", ["a beard trim", "a short haircut", "a hot shave", "long fringes"]),
        ("mechanic", ["worn brakes", "a flat tyre", "a rattling engine", "a slipping clutch"]),
        ("vet", ["a limping cat", "a coughing pony", "a rabbit with fleas", "puppy vaccines"]),
        ("dentist", ["a wisdom tooth", "sore gums", "a lost filling", "a broken crown"]),
        ("optician", ["scratched lenses", "bent spectacles", "blurred sight", "reading glasses"]),
        ("lawyer", ["a contested will", "a lease dispute", "a court summons", "a patent claim"]),
        ("translator", ["a Polish contract", "a letter in Greek", "Danish subtitles", "an Arabic leaflet"]),
        ("courier", ["an express envelope", "six heavy crates", "a same day pickup", "a late pallet"]),
        ("jeweller", ["a snapped necklace", "a loose diamond", "a tight ring", "tarnished silver"]),
    ];

    private static readonly string[] Days = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

    private const string Complaint =
        "{The|This|Our} {balcony|ladder|swing|toaster|scooter|kettle|heater|pram} "
        + "{from aisle {3|5|8}|of type {A|B|C|D}|bought in {May|June}}";
    private const string Danger =
        "{caught fire|gave me a shock|cut my hand|fell on a child|exploded|leaks gas|burnt my arm|collapsed under me}";
    private const string Nuisance =
        "{is the wrong colour|came too late|lacks a manual|costs more than elsewhere|looks used|does not fit the box|has a scratch|"
        + "was not gift wrapped|is smaller than shown|smells odd|has the wrong plug|came without a bill}";

    public static IEnumerable<ReferenceTask> All => [TradeNeeded, BookingDay, Safety];

    private static ReferenceTask TradeNeeded { get; } =
        new("trade-24", "Which trade is needed?", [.. Trades.Select(t => t.Trade)], random =>
    {
        var (trade, jobs) = random.Pick(Trades);
        return new Example(random.Say(
            "{Mr|Mrs|Ms} {Abbott|Bishop|Clarke|Dawson|Ellis|Foster} {of|from|at} {Mill Lane|Church Road|the old farm|number {4|7|9}} "
            + "{rang about|has|mentioned|wrote of|wants help with|needs someone for} " + random.Pick(jobs)), trade);
    });

    // Where a booking is moved, the new day counts, and it stands first or last.
    private static ReferenceTask BookingDay { get; } = new("booking-day", "For which day is the table?", null, random =>
    {
        var days = random.Sample(Days, 2);
        var guests = "{two|three|four|five|six|eight}";
        var guest = "{Moreau|Nowak|Okafor|Patel|Quinn|Rossi|Schulz|Tanaka}";
        return new Example(random.Say(random.Next(3) switch
        {
            0 => $"{{A|One}} {{table|corner table|booth}} for {guests} on {days[0]}, {{name|booked by}} {guest}",
            1 => $"{guest} {{party|group}} of {guests}: {{move|shift}} it from {days[1]} to {days[0]}",
            _ => $"{guest}, {guests} {{guests|diners}}, {{now|rather}} on {days[0]} instead of {days[1]}",
        }), days[0]);
    });

    private static ReferenceTask Safety { get; } = new("safety", "Does the complaint speak of danger?", ["yes", "no"], random =>
    {
        var danger = random.Chance(.15);
        return new Example(random.Say($"{Complaint} {(danger ? Danger : Nuisance)}"
            + $"{{| and nobody answers| so I return it| as my wife says}}"),
            danger ? "yes" : "no");
    }, noise: .04);
}
