using System;

namespace StereoViewer
{
    /// <summary>
    /// Where the virtual screen stands and how large it is, after the comfort guard.
    ///
    /// Both quads stand at the same place, so equal pixels have no parallax and lie on the screen. A point whose views are
    /// p metres apart on the screen (positive: behind it) is seen at IPD * D / (IPD - p); p = IPD is infinity and beyond it
    /// the eyes would have to turn outwards. A quad centred before each eye adds the whole IPD to p, which is why the
    /// paper's literal layout is an option and not the default.
    /// </summary>
    public sealed class ScreenPlan
    {
        /// <summary>Largest parallax behind the screen that the guard allows, in metres: 0.063 less a margin.</summary>
        public const double ParallaxLimitM = 0.055;

        private const double SmallestWidthM = 0.3;

        /// <summary>Width in metres.</summary>
        public double WidthM { get; private set; }

        /// <summary>Height in metres.</summary>
        public double HeightM { get; private set; }

        /// <summary>Distance from the viewer in metres.</summary>
        public double DistanceM { get; private set; }

        /// <summary>Each eye's quad is moved outwards by this many metres: the left one to the left.</summary>
        public double OffsetM { get; private set; }

        private ScreenPlan()
        {
        }

        /// <summary>Plan the screen for a picture.</summary>
        /// <param name="options">What the visitor chose.</param>
        /// <param name="info">What is known about the picture.</param>
        /// <param name="aspect">Shown width / height of one view.</param>
        /// <param name="ipdM">Distance of the viewer's eyes in metres.</param>
        public static ScreenPlan For(ViewOptions options, PictureInfo info, double aspect, double ipdM)
        {
            double widest = options.Guard && info.Uncrossed > 0
                ? Math.Max(SmallestWidthM, ParallaxLimitM / info.Uncrossed)
                : double.PositiveInfinity;
            ScreenPlan plan = options.LifeSize && info.WidthPerDistance.HasValue
                ? LifeSize(options, info.WidthPerDistance.Value, widest)
                : Chosen(options, widest);
            plan.HeightM = plan.WidthM / aspect;
            plan.OffsetM = options.PerEye ? ipdM / 2 : Offset(options, plan.WidthM * info.Uncrossed);
            return plan;
        }

        // The angle is kept: 2 tan(fov_x / 2) = width / focal length. Too wide a screen comes nearer instead.
        private static ScreenPlan LifeSize(ViewOptions options, double widthPerDistance, double widest)
        {
            double distanceM = Math.Min(options.DistanceM, widest / widthPerDistance);
            return new ScreenPlan { WidthM = distanceM * widthPerDistance, DistanceM = distanceM };
        }

        private static ScreenPlan Chosen(ViewOptions options, double widest)
        {
            return new ScreenPlan { WidthM = Math.Min(options.WidthM, widest), DistanceM = options.DistanceM };
        }

        private static double Offset(ViewOptions options, double parallaxM)
        {
            double asked = options.OffsetMm / 1000;
            double room = Math.Max(0, (ParallaxLimitM - parallaxM) / 2);
            return options.Guard ? Math.Min(asked, room) : asked;
        }
    }
}
