namespace StereoViewer
{
    /// <summary>The eye that sees a view.</summary>
    public enum Eye
    {
        /// <summary>The left eye; its view comes first in every file but a cross-eyed one.</summary>
        Left,

        /// <summary>The right eye.</summary>
        Right,
    }
}
