using System.Collections.Generic;
using System.Linq;

namespace StereoViewer
{
    /// <summary>
    /// The table of layouts: the same rows, names and aliases as the plain viewer's, so that an address means the same
    /// in both.
    /// </summary>
    public static class StereoLayouts
    {
        private static readonly ViewRectangle LeftHalf = new ViewRectangle(0, 0, 0.5, 1);
        private static readonly ViewRectangle RightHalf = new ViewRectangle(0.5, 0, 0.5, 1);
        private static readonly ViewRectangle TopHalf = new ViewRectangle(0, 0, 1, 0.5);
        private static readonly ViewRectangle BottomHalf = new ViewRectangle(0, 0.5, 1, 0.5);
        private static readonly ViewRectangle Whole = new ViewRectangle(0, 0, 1, 1);

        /// <summary>Both views at full size, the left eye's on the left.</summary>
        public static readonly StereoLayout SideBySide = new StereoLayout("side_by_side", LeftHalf, RightHalf, 1);

        /// <summary>Both views squeezed to half their width.</summary>
        public static readonly StereoLayout HalfSideBySide =
            new StereoLayout("half_side_by_side", LeftHalf, RightHalf, 2);

        /// <summary>The left eye's view on the right, for crossed eyes.</summary>
        public static readonly StereoLayout CrossEyed = new StereoLayout("cross_eyed", RightHalf, LeftHalf, 1);

        /// <summary>The same, both views squeezed to half their width.</summary>
        public static readonly StereoLayout HalfCrossEyed =
            new StereoLayout("half_cross_eyed", RightHalf, LeftHalf, 2);

        /// <summary>The left eye's view above the right eye's.</summary>
        public static readonly StereoLayout TopBottom = new StereoLayout("top_bottom", TopHalf, BottomHalf, 1);

        /// <summary>Both views squeezed to half their height.</summary>
        public static readonly StereoLayout HalfTopBottom =
            new StereoLayout("half_top_bottom", TopHalf, BottomHalf, 0.5);

        /// <summary>One picture for both eyes.</summary>
        public static readonly StereoLayout Mono = new StereoLayout("mono", Whole, Whole, 1);

        /// <summary>Every layout.</summary>
        public static readonly IReadOnlyList<StereoLayout> All = new[]
        {
            SideBySide, HalfSideBySide, CrossEyed, HalfCrossEyed, TopBottom, HalfTopBottom, Mono,
        };

        private static readonly Dictionary<string, StereoLayout> Aliases = new Dictionary<string, StereoLayout>
        {
            { "full", SideBySide },
            { "sbs", SideBySide },
            { "full-sbs", SideBySide },
            { "half", HalfSideBySide },
            { "half-sbs", HalfSideBySide },
            { "hsbs", HalfSideBySide },
            { "rl", CrossEyed },
            { "swapped", CrossEyed },
            { "half-rl", HalfCrossEyed },
            { "tb", TopBottom },
            { "full-tb", TopBottom },
            { "half-tb", HalfTopBottom },
            { "2d", Mono },
        };

        /// <summary>The layout that a word of an address means, or null when it means none: then it is guessed.</summary>
        public static StereoLayout Named(string word)
        {
            string key = (word ?? "").ToLowerInvariant();
            StereoLayout alias;
            Aliases.TryGetValue(key, out alias);
            return WithKey(key) ?? alias;
        }

        /// <summary>The layout with exactly this key, as a manifest names it, or null.</summary>
        public static StereoLayout WithKey(string key)
        {
            return All.FirstOrDefault(layout => layout.Key == key);
        }
    }
}
