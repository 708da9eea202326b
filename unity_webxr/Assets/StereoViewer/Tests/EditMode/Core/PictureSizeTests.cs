using System.Linq;
using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>The size of a file without decoding it; of a torn one, none.</summary>
    public sealed class PictureSizeTests
    {
        private static readonly byte[] Jpeg =
        {
            0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x04, 0x00, 0x00, 0xFF, 0xC4, 0x00, 0x03, 0x00,
            0xFF, 0xC2, 0x00, 0x0B, 0x08, 0x12, 0x34, 0x4E, 0x20, 0x01, 0x00, 0x00, 0x00,
        };

        private static readonly byte[] Png =
        {
            0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52,
            0x00, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03,
        };

        [Test]
        public void AJpegTellsItsSize()
        {
            PictureSize size = PictureSize.Of(Jpeg);
            Assert.AreEqual(20000, size.WidthPx);
            Assert.AreEqual(0x1234, size.HeightPx);
        }

        [Test]
        public void APngTellsItsSize()
        {
            PictureSize size = PictureSize.Of(Png);
            Assert.AreEqual(65538, size.WidthPx);
            Assert.AreEqual(3, size.HeightPx);
        }

        [Test]
        public void WhatIsTornTellsNone()
        {
            for (int length = 0; length < Png.Length; length++)
            {
                Assert.IsNull(PictureSize.Of(Png.Take(length).ToArray()));
                Assert.IsNull(PictureSize.Of(Jpeg.Take(length - 2).ToArray()));
            }

            Assert.IsNull(PictureSize.Of(null));
            Assert.IsNull(PictureSize.Of(new byte[64]));
        }
    }
}
