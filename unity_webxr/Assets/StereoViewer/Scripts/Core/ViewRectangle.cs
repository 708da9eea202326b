namespace StereoViewer
{
    /// <summary>
    /// A part of a picture as shares of its width and height. From which corner it is counted is said where it is used:
    /// tables count from the top left as files do, textures from the bottom left as Unity does.
    /// </summary>
    public readonly struct ViewRectangle
    {
        /// <summary>Distance from the left edge, 0 to 1.</summary>
        public readonly double X;

        /// <summary>Distance from the top or bottom edge, 0 to 1.</summary>
        public readonly double Y;

        /// <summary>Width, 0 to 1.</summary>
        public readonly double Width;

        /// <summary>Height, 0 to 1.</summary>
        public readonly double Height;

        /// <summary>Make a rectangle of four shares.</summary>
        public ViewRectangle(double x, double y, double width, double height)
        {
            X = x;
            Y = y;
            Width = width;
            Height = height;
        }
    }
}
