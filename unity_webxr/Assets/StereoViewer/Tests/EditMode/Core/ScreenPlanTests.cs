using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>Size, distance, convergence and comfort of the virtual screen.</summary>
    public sealed class ScreenPlanTests
    {
        private const double IpdM = 0.064;
        private const double Exact = 1e-12;

        [Test]
        public void TheAspectIsKept()
        {
            ScreenPlan plan = Plan("width_m=3&distance_m=4", 0, 1.5);
            Assert.AreEqual(3, plan.WidthM, Exact);
            Assert.AreEqual(2, plan.HeightM, Exact);
            Assert.AreEqual(4, plan.DistanceM, Exact);
            Assert.AreEqual(0, plan.OffsetM, 0);
        }

        [Test]
        public void TheGuardKeepsTheLargestParallaxBelowTheEyesDistance()
        {
            Assert.AreEqual(0.055 / 0.04, Plan("width_m=3", 0.04, 1).WidthM, Exact);
            Assert.AreEqual(3, Plan("width_m=3&guard=0", 0.04, 1).WidthM, Exact);
        }

        [Test]
        public void TheGuardLeavesRoomForParallaxInTheConvergence()
        {
            Assert.AreEqual((0.055 - 0.04) / 2, Plan("width_m=2&offset_mm=30", 0.02, 1).OffsetM, Exact);
            Assert.AreEqual(0.03, Plan("width_m=2&offset_mm=30&guard=0", 0.02, 1).OffsetM, Exact);
            Assert.AreEqual(-0.01, Plan("offset_mm=-10", 0.02, 1).OffsetM, Exact);
        }

        [Test]
        public void ThePapersLayoutCentresEachQuadBeforeItsEye()
        {
            Assert.AreEqual(IpdM / 2, Plan("per_eye=1", 0.02, 1).OffsetM, Exact);
        }

        [Test]
        public void LifeSizeKeepsTheAngleAndComesNearerForTheGuard()
        {
            ViewOptions options = Options("life_size=1&distance_m=4&width_m=1");
            var info = new PictureInfo { WidthPerDistance = 0.5 };
            ScreenPlan free = ScreenPlan.For(options, info, 1, IpdM);
            Assert.AreEqual(2, free.WidthM, Exact);
            Assert.AreEqual(4, free.DistanceM, Exact);
            info.Uncrossed = 0.055;
            ScreenPlan held = ScreenPlan.For(options, info, 1, IpdM);
            Assert.AreEqual(1, held.WidthM, Exact);
            Assert.AreEqual(2, held.DistanceM, Exact);
        }

        [Test]
        public void OptionsStayWithinTheirRanges()
        {
            ViewOptions options = Options("width_m=0.01&distance_m=99&offset_mm=-50");
            Assert.AreEqual(0.3, options.WidthM, 0);
            Assert.AreEqual(15, options.DistanceM, 0);
            Assert.AreEqual(-31.5, options.OffsetMm, 0);
            Assert.AreEqual(0.6, options.Scaled(2, 2).WidthM, Exact);
            Assert.AreEqual(15, options.Scaled(2, 2).DistanceM, 0);
        }

        [Test]
        public void OptionsThatAreNotNamedStay()
        {
            ViewOptions first = Options("swap=1&head_lock=1&width_m=3");
            ViewOptions second = first.With(QueryString.Parse("swap=0&width_m=wide"));
            Assert.IsTrue(first.Swap);
            Assert.IsFalse(second.Swap);
            Assert.IsTrue(second.HeadLock);
            Assert.IsTrue(second.Guard);
            Assert.AreEqual(3, second.WidthM, 0);
        }

        private static ScreenPlan Plan(string query, double uncrossed, double aspect)
        {
            return ScreenPlan.For(Options(query), new PictureInfo { Uncrossed = uncrossed }, aspect, IpdM);
        }

        private static ViewOptions Options(string query)
        {
            return new ViewOptions().With(QueryString.Parse(query));
        }
    }
}
