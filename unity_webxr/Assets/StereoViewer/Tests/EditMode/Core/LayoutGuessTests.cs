using System;
using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>Guessing a layout from a name, and from how alike the halves are.</summary>
    public sealed class LayoutGuessTests
    {
        [TestCase("boat_LRF_Full_SBS.jpg", "side_by_side")]
        [TestCase("boat_Half_SBS.jpg", "half_side_by_side")]
        [TestCase("boat_sbs.png", "side_by_side")]
        [TestCase("boat_tb.png", "top_bottom")]
        [TestCase("boat_half_ou.png", "half_top_bottom")]
        [TestCase("boat_cross.jpg", "cross_eyed")]
        [TestCase("boat.jps", "cross_eyed")]
        public void ANameTells(string name, string key)
        {
            Assert.AreEqual(key, LayoutGuess.FromName(name).Key);
        }

        [TestCase("album.jpg")]
        [TestCase("")]
        [TestCase(null)]
        public void OtherNamesTellNothing(string name)
        {
            Assert.IsNull(LayoutGuess.FromName(name));
        }

        [TestCase(2.67, 0.9, 0.1, "side_by_side")]
        [TestCase(2.67, 0.1, 0.1, "mono")]
        [TestCase(1.778, 0.9, 0.1, "half_side_by_side")]
        [TestCase(1.5, 0.9, 0.1, "side_by_side")]
        [TestCase(1.778, 0.1, 0.9, "half_top_bottom")]
        [TestCase(0.67, 0.1, 0.9, "top_bottom")]
        [TestCase(1.5, 0.5, 0.5, "mono")]
        public void HalvesTell(double ratio, double sides, double stack, string key)
        {
            Assert.AreEqual(key, LayoutGuess.FromHalves(ratio, sides, stack).Key);
        }

        [TestCase(0, 3)]
        [TestCase(3, 0)]
        public void AShiftedViewIsAlike(int left, int right)
        {
            Assert.AreEqual(1, Likeness.Of(Texture(7, left), Texture(7, right), true), 0.02);
        }

        [Test]
        public void AnotherSceneIsNot()
        {
            Assert.IsTrue(Likeness.Of(Texture(7, 0), Texture(8, 0), true) < 0.3);
        }

        [Test]
        public void ShadingAloneMakesNothingAlike()
        {
            float[] sky = Grey((row, column) => 255 - row);
            Assert.AreEqual(0, Likeness.Of(sky, sky, true), 1e-9);
        }

        // Blocks of noise, shifted sideways.
        private static float[] Texture(int seed, int shift)
        {
            var random = new Random(seed);
            var noise = new float[Likeness.Size, Likeness.Size + 8];
            for (int i = 0; i < noise.Length; i++)
            {
                noise[i / (Likeness.Size + 8), i % (Likeness.Size + 8)] = random.Next(256);
            }

            return Grey((row, column) => noise[row, column + shift]);
        }

        private static float[] Grey(Func<int, int, float> value)
        {
            var grey = new float[Likeness.Size * Likeness.Size];
            for (int i = 0; i < grey.Length; i++)
            {
                grey[i] = value(i / Likeness.Size, i % Likeness.Size);
            }

            return grey;
        }
    }
}
