using System;
using System.IO;
using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>Guessing a layout from a name, and from how alike the halves are.</summary>
    public sealed class LayoutGuessTests
    {
        private static readonly LayoutGuess Guess = LayoutGuess.Parse(
            File.ReadAllText(Path.Combine("Assets", "StereoViewer", "Tables", "recognition.json")));

        [TestCase("boat_LRF_Full_SBS.jpg", 1.5, "side_by_side")]
        [TestCase("boat_Half_SBS.jpg", 1.2, "half_side_by_side")]
        [TestCase("boat_sbs.png", 2.67, "side_by_side")]
        [TestCase("boat_LR.jpg", 1.778, "half_side_by_side")]
        [TestCase("boat_3DPH.jpg", 1.5, "half_side_by_side")]
        [TestCase("boat_cross.jpg", 2.67, "cross_eyed")]
        [TestCase("boat.jps", 1.778, "half_cross_eyed")]
        public void ANameTellsWhereTheHalvesAreAlike(string name, double ratio, string key)
        {
            Assert.AreEqual(key, Guess.Of(name, ratio, 0.5, 0.1).Key);
        }

        [TestCase("boat_tb.png", 0.75, "top_bottom")]
        [TestCase("boat_OU.png", 1.5, "half_top_bottom")]
        [TestCase("boat_half_ou.png", 1.0, "half_top_bottom")]
        public void ANameTellsOfAStackToo(string name, double ratio, string key)
        {
            Assert.AreEqual(key, Guess.Of(name, ratio, 0.1, 0.5).Key);
        }

        [TestCase("holiday-LR.jpg", 1.5, 0.3)]
        [TestCase("boat_sbs.jpg", 1.5, 0.1)]
        [TestCase("album.jpg", 1.5, 0.5)]
        [TestCase("", 1.5, 0.5)]
        [TestCase(null, 1.5, 0.5)]
        public void APhotoIsNotCutByItsName(string name, double ratio, double sides)
        {
            Assert.AreEqual("mono", Guess.Of(name, ratio, sides, 0.1).Key);
        }

        [TestCase(2.67, 0.9, 0.1, "side_by_side")]
        [TestCase(2.67, 0.1, 0.1, "mono")]
        [TestCase(1.778, 0.9, 0.1, "half_side_by_side")]
        [TestCase(1.5, 0.9, 0.1, "half_side_by_side")]
        [TestCase(1.125, 0.9, 0.1, "side_by_side")]
        [TestCase(1.778, 0.1, 0.9, "half_top_bottom")]
        [TestCase(0.67, 0.1, 0.9, "top_bottom")]
        [TestCase(1.5, 0.5, 0.5, "mono")]
        public void HalvesTell(double ratio, double sides, double stack, string key)
        {
            Assert.AreEqual(key, Guess.Of("", ratio, sides, stack).Key);
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
