using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace StereoViewer
{
    /// <summary>
    /// Guesses how the views lie in a file that does not say it, by the table that the plain viewer reads too. What the
    /// halves show decides; a name counts only where they are alike.
    /// </summary>
    public sealed class LayoutGuess
    {
        private readonly JsonNode table;
        private readonly List<KeyValuePair<Regex, JsonNode>> names;

        private LayoutGuess(JsonNode table)
        {
            this.table = table;
            names = table["names"].Items
                .Select(row => new KeyValuePair<Regex, JsonNode>(Between(row["words"].Text), row))
                .ToList();
        }

        /// <summary>Read the table of recognition.</summary>
        /// <param name="text">The JSON text of recognition.json.</param>
        /// <exception cref="PictureException">It is no JSON.</exception>
        public static LayoutGuess Parse(string text)
        {
            return new LayoutGuess(JsonNode.Parse(text));
        }

        /// <summary>The layout of a file.</summary>
        /// <param name="name">Its name, or null.</param>
        /// <param name="ratio">Width / height of the whole picture.</param>
        /// <param name="sides">Correlation of the left with the right half, -1 to 1; see <see cref="Likeness"/>.</param>
        /// <param name="stack">Correlation of the top with the bottom half, -1 to 1.</param>
        public StereoLayout Of(string name, double ratio, double sides, double stack)
        {
            JsonNode named = names.FirstOrDefault(row => row.Key.IsMatch(name ?? "")).Value;
            if (named != null)
            {
                string arrangement = named["arrangement"].Text;
                double alike = BySide(arrangement) ? sides : stack;
                if (alike >= Value(named["alike"]))
                {
                    return Sized(arrangement, named["size"].Text, ratio);
                }
            }

            return OfUnnamed(ratio, sides, stack);
        }

        private StereoLayout OfUnnamed(double ratio, double sides, double stack)
        {
            JsonNode rule = table["unnamed"];
            if (ratio >= Value(rule["wide_aspect"]))
            {
                bool pair = sides >= Value(rule["alike_when_wide"]);
                return pair ? Sized("sides", null, ratio) : StereoLayouts.Mono;
            }

            if (Math.Max(sides, stack) < Value(rule["alike"]))
            {
                return StereoLayouts.Mono;
            }

            return Sized(sides >= stack ? "sides" : "stack", null, ratio);
        }

        // Of half size when the name says so, or else when a view is as narrow or as wide as a squeezed one.
        private StereoLayout Sized(string arrangement, string size, double ratio)
        {
            JsonNode row = table["arrangements"][arrangement];
            double aspect = ratio * (BySide(arrangement) ? 0.5 : 2);
            bool squeezed = size == null
                ? row["half_view_aspects"].Items.Any(range => Within(aspect, range.Items))
                : size == "half";
            return StereoLayouts.WithKey(row[squeezed ? "half" : "full"].Text);
        }

        private bool BySide(string arrangement)
        {
            return table["arrangements"][arrangement]["halves"].Text == "sides";
        }

        private static bool Within(double value, IReadOnlyList<JsonNode> range)
        {
            return value >= Value(range[0]) && value <= Value(range[1]);
        }

        private static double Value(JsonNode number)
        {
            return number.Number ?? double.NaN; // no comparison with NaN holds: what the table lacks counts for nothing
        }

        // ECMAScript: words as in a browser, so that both viewers read a name alike.
        private static Regex Between(string words)
        {
            string pattern = "(?:^|[-_ .])(?:" + words + ")(?=[-_ .]|$)";
            return new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.ECMAScript);
        }
    }
}
