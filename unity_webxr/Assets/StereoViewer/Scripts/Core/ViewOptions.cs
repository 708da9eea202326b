using System;

namespace StereoViewer
{
    /// <summary>
    /// Every choice of the visitor, under the names and within the ranges that the plain viewer's address has too.
    /// Immutable: <see cref="With"/> makes a changed copy.
    /// </summary>
    public sealed class ViewOptions
    {
        private const double SmallestWidthM = 0.3;
        private const double NearestM = 0.5;
        private const double LargestM = 15;
        private const double LargestOffsetMm = 31.5;

        /// <summary>Width of the virtual screen in metres; <c>width_m</c>.</summary>
        public double WidthM { get; private set; } = 2;

        /// <summary>Distance of the virtual screen in metres; <c>distance_m</c>.</summary>
        public double DistanceM { get; private set; } = 2.5;

        /// <summary>As wide as the camera saw it, when the focal length is known; <c>life_size</c>.</summary>
        public bool LifeSize { get; private set; }

        /// <summary>Keep the screen so small that no eye has to turn outwards; <c>guard</c>.</summary>
        public bool Guard { get; private set; } = true;

        /// <summary>
        /// Each eye's quad is moved outwards by this many millimetres: the scene goes back; <c>offset_mm</c>.
        /// </summary>
        public double OffsetMm { get; private set; }

        /// <summary>
        /// The paper's literal layout: each quad straight in front of its own camera, an offset of half the eye distance;
        /// <c>per_eye</c>. It puts the screen plane at infinity, so the guard cannot help it.
        /// </summary>
        public bool PerEye { get; private set; }

        /// <summary>Exchange the eyes; <c>swap</c>.</summary>
        public bool Swap { get; private set; }

        /// <summary>The screen follows the head instead of standing in the room; <c>head_lock</c>.</summary>
        public bool HeadLock { get; private set; }

        /// <summary>These options, changed where a query names one; numbers are held within their ranges.</summary>
        public ViewOptions With(QueryString query)
        {
            ViewOptions changed = Copy();
            changed.WidthM = Within(query.Number("width_m") ?? WidthM, SmallestWidthM, LargestM);
            changed.DistanceM = Within(query.Number("distance_m") ?? DistanceM, NearestM, LargestM);
            changed.LifeSize = query.Flag("life_size") ?? LifeSize;
            changed.Guard = query.Flag("guard") ?? Guard;
            changed.OffsetMm = Within(query.Number("offset_mm") ?? OffsetMm, -LargestOffsetMm, LargestOffsetMm);
            changed.PerEye = query.Flag("per_eye") ?? PerEye;
            changed.Swap = query.Flag("swap") ?? Swap;
            changed.HeadLock = query.Flag("head_lock") ?? HeadLock;
            return changed;
        }

        /// <summary>These options with the screen's width and distance multiplied, held within their ranges.</summary>
        public ViewOptions Scaled(double width, double distance)
        {
            ViewOptions changed = Copy();
            changed.WidthM = Within(WidthM * width, SmallestWidthM, LargestM);
            changed.DistanceM = Within(DistanceM * distance, NearestM, LargestM);
            return changed;
        }

        private static double Within(double value, double smallest, double largest)
        {
            return Math.Min(Math.Max(value, smallest), largest);
        }

        private ViewOptions Copy()
        {
            return (ViewOptions)MemberwiseClone();
        }
    }
}
