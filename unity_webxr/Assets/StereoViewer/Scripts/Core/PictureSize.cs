namespace StereoViewer
{
    /// <summary>Width and height of a JPEG or PNG file, read from its head without decoding it.</summary>
    public sealed class PictureSize
    {
        private static readonly byte[] PngHead = { 0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A };

        /// <summary>Columns.</summary>
        public int WidthPx { get; }

        /// <summary>Rows.</summary>
        public int HeightPx { get; }

        private PictureSize(int widthPx, int heightPx)
        {
            WidthPx = widthPx;
            HeightPx = heightPx;
        }

        /// <summary>The size of a picture, or null when the bytes are neither JPEG nor PNG, or torn.</summary>
        /// <param name="file">The file's bytes.</param>
        public static PictureSize Of(byte[] file)
        {
            if (file == null || file.Length < 24)
            {
                return null;
            }

            for (int i = 0; i < PngHead.Length; i++)
            {
                if (file[i] != PngHead[i])
                {
                    return OfJpeg(file);
                }
            }

            return Known(Word(file, 16) * 65536 + Word(file, 18), Word(file, 20) * 65536 + Word(file, 22));
        }

        private static PictureSize OfJpeg(byte[] file)
        {
            if (Word(file, 0) != 0xFFD8)
            {
                return null;
            }

            for (int at = 2; at + 9 <= file.Length && file[at] == 0xFF; at += 2 + Word(file, at + 2))
            {
                if (StartsFrame(file[at + 1]))
                {
                    return Known(Word(file, at + 7), Word(file, at + 5));
                }
            }

            return null;
        }

        // SOF0 to SOF15; three of these markers mean something else.
        private static bool StartsFrame(byte marker)
        {
            return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
        }

        private static int Word(byte[] file, int at)
        {
            return (file[at] << 8) | file[at + 1];
        }

        private static PictureSize Known(int widthPx, int heightPx)
        {
            return widthPx > 0 && heightPx > 0 ? new PictureSize(widthPx, heightPx) : null;
        }
    }
}
