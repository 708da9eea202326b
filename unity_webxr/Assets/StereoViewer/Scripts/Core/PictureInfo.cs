namespace StereoViewer
{
    /// <summary>What is known about a picture besides its pixels.</summary>
    public sealed class PictureInfo
    {
        /// <summary>How the views lie in it, or null: guess.</summary>
        public StereoLayout Layout { get; set; }

        /// <summary>The file's right view is meant for the left eye.</summary>
        public bool Swapped { get; set; }

        /// <summary>Largest parallax behind the screen as a share of a view's width, 0 when unknown.</summary>
        public double Uncrossed { get; set; }

        /// <summary>Life-size screen width over viewing distance, width_px / focal_px, or null.</summary>
        public double? WidthPerDistance { get; set; }

        /// <summary>Width of the whole picture in pixels, 0 when unknown.</summary>
        public int WidthPx { get; set; }

        /// <summary>Height of the whole picture in pixels, 0 when unknown.</summary>
        public int HeightPx { get; set; }
    }
}
