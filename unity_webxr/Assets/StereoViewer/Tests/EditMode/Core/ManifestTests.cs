using System.IO;
using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>
    /// The manifest, schema 1, by the fixture that the Python and JavaScript tests read too. Unity and the test runner
    /// without Unity both start in the project's folder.
    /// </summary>
    public sealed class ManifestTests
    {
        private static readonly string Fixture = Path.Combine("..", "tests", "data", "manifest.json");

        [Test]
        public void TheFixtureIsRead()
        {
            Manifest manifest = Manifest.Parse(File.ReadAllText(Fixture));
            Assert.AreEqual("red%20boat_LRF_Full_SBS.jpg", manifest.Href);
            Assert.AreEqual("side_by_side", manifest.Info.Layout.Key);
            Assert.IsFalse(manifest.Info.Swapped);
            Assert.AreEqual(1280, manifest.Info.WidthPx);
            Assert.AreEqual(480, manifest.Info.HeightPx);
            Assert.AreEqual(12.5 / 640, manifest.Info.Uncrossed, 1e-12);
            Assert.AreEqual(640 / 512.5, manifest.Info.WidthPerDistance.Value, 1e-12);
        }

        [Test]
        public void TheFixturesViewsAre640By480()
        {
            PictureInfo info = Manifest.Parse(File.ReadAllText(Fixture)).Info;
            ViewRectangle left = info.Layout.TextureView(Eye.Left, info.WidthPx, info.HeightPx);
            ViewRectangle right = info.Layout.TextureView(Eye.Right, info.WidthPx, info.HeightPx);
            Assert.AreEqual(0, left.X * info.WidthPx, 1e-9);
            Assert.AreEqual(640, right.X * info.WidthPx, 1e-9);
            Assert.AreEqual(640, left.Width * info.WidthPx, 1e-9);
            Assert.AreEqual(4.0 / 3, info.Layout.Aspect(info.WidthPx, info.HeightPx), 1e-12);
        }

        [Test]
        public void WhatIsNotKnownStaysUnknown()
        {
            PictureInfo info = Manifest.Parse(
                "{\"schema\": 1, \"layout\": \"mono\", \"files\": {\"mono\": {\"href\": \"a\"}}, \"focal_px\": null}").Info;
            Assert.AreEqual(0, info.Uncrossed, 0);
            Assert.IsNull(info.WidthPerDistance);
        }

        [Test]
        public void AnExchangedOrderSwapsTheEyes()
        {
            string text = File.ReadAllText(Fixture).Replace("\"left_right\"", "\"right_left\"");
            Assert.IsTrue(Manifest.Parse(text).Info.Swapped);
        }

        [TestCase("", "no JSON")]
        [TestCase("{\"schema\": 1,}", "no JSON")]
        [TestCase("[]", "schema is none")]
        [TestCase("{\"schema\": 2}", "schema is 2")]
        [TestCase("{\"schema\": 1, \"layout\": null, \"files\": {}}", "no stereo picture")]
        [TestCase("{\"schema\": 1, \"layout\": \"sbs\", \"files\": {\"sbs\": {\"href\": \"a\"}}}", "no stereo picture")]
        [TestCase("{\"schema\": 1, \"layout\": \"mono\", \"files\": {}}", "no stereo picture")]
        public void ABadManifestSaysWhy(string text, string why)
        {
            PictureException fault = Assert.Throws<PictureException>(() => Manifest.Parse(text));
            Assert.AreEqual("bad_manifest", fault.State);
            Assert.IsTrue(fault.Message.Contains(why));
        }
    }
}
