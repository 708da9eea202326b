using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.RegularExpressions;

namespace StereoViewer
{
    /// <summary>
    /// Guesses how the views lie in a file that does not say it: by its name, else by whether its halves show one scene,
    /// with the aspect deciding between full and half size.
    /// </summary>
    public static class LayoutGuess
    {
        private const double Alike = 0.6; // correlation from which two halves count as views of one scene
        private const double AlikeWide = 0.3; // the same for a picture too wide to be one photo
        private const double Wide = 2.4; // width / height
        private const double SqueezedFrom = 1.7; // a squeezed pair usually fills a 16:9 frame
        private const double SqueezedTo = 1.86;

        // Endings that people and programs give to stereoscopic files; the first that matches decides.
        private static readonly KeyValuePair<Regex, StereoLayout>[] NameHints =
        {
            Hint(@"(half|_h|-h)[-_ ]?(sbs|side|lr\b)|_3dh\b", StereoLayouts.HalfSideBySide),
            Hint(@"(half|_h|-h)[-_ ]?(tb|ou|top)|_3dv\b", StereoLayouts.HalfTopBottom),
            Hint(@"[-_ .](full)?_?(tb|ou|tbf)\b|top[-_ ]?bottom", StereoLayouts.TopBottom),
            Hint(@"[-_ .](rl|cross|crosseyed|cross_eyed)\b|\.jps$", StereoLayouts.CrossEyed),
            Hint(@"[-_ .](full)?_?(sbs|lr)\b|side[-_ ]?by[-_ ]?side", StereoLayouts.SideBySide),
        };

        /// <summary>The layout that a file's name tells, or null.</summary>
        public static StereoLayout FromName(string name)
        {
            return NameHints.FirstOrDefault(hint => hint.Key.IsMatch(name ?? "")).Value;
        }

        /// <summary>The layout that the pixels suggest.</summary>
        /// <param name="ratio">Width / height of the whole picture.</param>
        /// <param name="sides">Correlation of the left with the right half, -1 to 1; see <see cref="Likeness"/>.</param>
        /// <param name="stack">Correlation of the top with the bottom half, -1 to 1.</param>
        public static StereoLayout FromHalves(double ratio, double sides, double stack)
        {
            bool squeezed = ratio > SqueezedFrom && ratio < SqueezedTo;
            if (ratio >= Wide)
            {
                return sides >= AlikeWide ? StereoLayouts.SideBySide : StereoLayouts.Mono;
            }

            if (Math.Max(sides, stack) < Alike)
            {
                return StereoLayouts.Mono;
            }

            if (sides >= stack)
            {
                return squeezed ? StereoLayouts.HalfSideBySide : StereoLayouts.SideBySide;
            }

            return squeezed ? StereoLayouts.HalfTopBottom : StereoLayouts.TopBottom;
        }

        private static KeyValuePair<Regex, StereoLayout> Hint(string pattern, StereoLayout layout)
        {
            // ECMAScript: \b and \w as in a browser, so that both viewers read a name alike.
            var regex = new Regex(pattern, RegexOptions.IgnoreCase | RegexOptions.ECMAScript);
            return new KeyValuePair<Regex, StereoLayout>(regex, layout);
        }
    }
}
