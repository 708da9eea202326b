using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>Which part of a texture each eye sees, and in which shape.</summary>
    public sealed class StereoLayoutTests
    {
        private const double Exact = 1e-12;

        [TestCase("side_by_side", 0, 0, 0.5, 1, 0.5, 0)]
        [TestCase("half_side_by_side", 0, 0, 0.5, 1, 0.5, 0)]
        [TestCase("cross_eyed", 0.5, 0, 0.5, 1, 0, 0)]
        [TestCase("half_cross_eyed", 0.5, 0, 0.5, 1, 0, 0)]
        [TestCase("top_bottom", 0, 0.5, 1, 0.5, 0, 0)]
        [TestCase("half_top_bottom", 0, 0.5, 1, 0.5, 0, 0)]
        [TestCase("mono", 0, 0, 1, 1, 0, 0)]
        public void EachEyeSeesItsView(
            string key, double leftX, double leftY, double width, double height, double rightX, double rightY)
        {
            StereoLayout layout = StereoLayouts.WithKey(key);
            AssertIs(layout.TextureView(Eye.Left, 1280, 480), leftX, leftY, width, height);
            AssertIs(layout.TextureView(Eye.Right, 1280, 480), rightX, rightY, width, height);
        }

        [TestCase("side_by_side", 1280, 480, 640.0 / 480)]
        [TestCase("half_side_by_side", 640, 480, 640.0 / 480)]
        [TestCase("cross_eyed", 1280, 480, 640.0 / 480)]
        [TestCase("half_cross_eyed", 640, 480, 640.0 / 480)]
        [TestCase("top_bottom", 640, 960, 640.0 / 480)]
        [TestCase("half_top_bottom", 640, 480, 640.0 / 480)]
        [TestCase("mono", 640, 480, 640.0 / 480)]
        public void TheViewsShapeIsKept(string key, int widthPx, int heightPx, double aspect)
        {
            Assert.AreEqual(aspect, StereoLayouts.WithKey(key).Aspect(widthPx, heightPx), Exact);
        }

        [Test]
        public void TheMiddleColumnOfAnOddWidthBelongsToNeitherEye()
        {
            AssertIs(StereoLayouts.SideBySide.TextureView(Eye.Left, 5, 4), 0, 0, 0.4, 1);
            AssertIs(StereoLayouts.SideBySide.TextureView(Eye.Right, 5, 4), 0.6, 0, 0.4, 1);
        }

        [Test]
        public void TheMiddleRowOfAnOddHeightBelongsToNeitherEye()
        {
            AssertIs(StereoLayouts.TopBottom.TextureView(Eye.Left, 4, 5), 0, 0.6, 1, 0.4);
            AssertIs(StereoLayouts.TopBottom.TextureView(Eye.Right, 4, 5), 0, 0, 1, 0.4);
        }

        [Test]
        public void APictureOfOneColumnHasAView()
        {
            AssertIs(StereoLayouts.SideBySide.TextureView(Eye.Left, 1, 4), 0, 0, 1, 1);
        }

        [TestCase("side_by_side", "side_by_side")]
        [TestCase("full", "side_by_side")]
        [TestCase("Half-SBS", "half_side_by_side")]
        [TestCase("rl", "cross_eyed")]
        [TestCase("tb", "top_bottom")]
        [TestCase("half-tb", "half_top_bottom")]
        [TestCase("2d", "mono")]
        public void AWordNamesALayout(string word, string key)
        {
            Assert.AreEqual(key, StereoLayouts.Named(word).Key);
        }

        [TestCase("auto")]
        [TestCase("")]
        [TestCase(null)]
        public void OtherWordsNameNone(string word)
        {
            Assert.IsNull(StereoLayouts.Named(word));
        }

        private static void AssertIs(ViewRectangle view, double x, double y, double width, double height)
        {
            Assert.AreEqual(x, view.X, Exact);
            Assert.AreEqual(y, view.Y, Exact);
            Assert.AreEqual(width, view.Width, Exact);
            Assert.AreEqual(height, view.Height, Exact);
        }
    }
}
