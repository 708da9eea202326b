// Lets the Python tests ask the engine-free classes. Each line of input is a question, fields divided by tabs; each
// answer is one line.
using System;
using System.Collections.Generic;
using System.Globalization;
using System.IO;
using System.Linq;
using StereoViewer;

public static class Probe
{
    private static readonly LayoutGuess Guess =
        LayoutGuess.Parse(File.ReadAllText("Assets/StereoViewer/Tables/recognition.json"));

    private static readonly Dictionary<string, Func<string[], string>> Questions =
        new Dictionary<string, Func<string[], string>>
        {
            { "source", ask => Source(ask[0]) },
            { "follow", ask => Follow(ask[0], ask[1], ask[2]) },
            { "views", ask => Views(Manifest.Parse(File.ReadAllText(ask[0])).Info) },
            { "named", ask => Key(StereoLayouts.Named(ask[0])) },
            { "guess", ask => Guess.Of(ask[0], Number(ask[1]), Number(ask[2]), Number(ask[3])).Key },
            { "view", ask => View(StereoLayouts.WithKey(ask[0]), ask[1], (int)Number(ask[2]), (int)Number(ask[3])) },
            { "plan", ask => Plan(ask[0], Number(ask[1]), ask[2] == "null" ? (double?)null : Number(ask[2])) },
            { "request", ask => Request(ask[0]) },
        };

    public static void Main()
    {
        CultureInfo.CurrentCulture = new CultureInfo("");
        for (string line = Console.ReadLine(); line != null; line = Console.ReadLine())
        {
            string[] parts = line.Split('\t');
            Console.WriteLine(Questions[parts[0]](parts.Skip(1).ToArray()));
        }
    }

    // The address that a page's own address makes the player load.
    private static string Source(string page)
    {
        PictureRequest request = PictureRequest.From(QueryString.OfAddress(page));
        return new AddressRule(page, false, new string[0]).Resolve(request.Source);
    }

    // The picture that a manifest at an address leads to.
    private static string Follow(string page, string path, string address)
    {
        Manifest manifest = Manifest.Parse(File.ReadAllText(path));
        return new AddressRule(page, false, new string[0]).Resolve(manifest.Href, address);
    }

    private static string Request(string query)
    {
        PictureRequest request = PictureRequest.From(QueryString.Parse(query));
        return string.Join("\t", request.Source, Key(request.Info.Layout), Text(request.Info.Uncrossed));
    }

    // Scale and offset of both quads' texture, and the shown aspect, as StereoImageView sets them.
    private static string Views(PictureInfo info)
    {
        Func<Eye, string> view = eye => Rectangle(info.Layout.TextureView(eye, info.WidthPx, info.HeightPx));
        Eye left = info.Swapped ? Eye.Right : Eye.Left;
        Eye right = info.Swapped ? Eye.Left : Eye.Right;
        return string.Join("\t", view(left), view(right), Text(info.Layout.Aspect(info.WidthPx, info.HeightPx)));
    }

    private static string View(StereoLayout layout, string eye, int widthPx, int heightPx)
    {
        ViewRectangle view = layout.TextureView(eye == "0" ? Eye.Left : Eye.Right, widthPx, heightPx);
        return Rectangle(view) + "\t" + Text(layout.Aspect(widthPx, heightPx));
    }

    private static string Plan(string query, double uncrossed, double? widthPerDistance)
    {
        var info = new PictureInfo { Uncrossed = uncrossed, WidthPerDistance = widthPerDistance };
        ScreenPlan plan = ScreenPlan.For(new ViewOptions().With(QueryString.Parse(query)), info, 1.5, 0.063);
        return string.Join("\t", Text(plan.WidthM), Text(plan.HeightM), Text(plan.DistanceM), Text(plan.OffsetM));
    }

    private static string Rectangle(ViewRectangle view)
    {
        return string.Join("\t", Text(view.X), Text(view.Y), Text(view.Width), Text(view.Height));
    }

    private static string Key(StereoLayout layout)
    {
        return layout == null ? "auto" : layout.Key;
    }

    private static double Number(string text)
    {
        return double.Parse(text, CultureInfo.InvariantCulture);
    }

    private static string Text(double number)
    {
        return number.ToString("R", CultureInfo.InvariantCulture);
    }
}
