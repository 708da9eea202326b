namespace StereoViewer.Editor
{
    /// <summary>Names that the build, the checks and the tests share.</summary>
    public static class ViewerProject
    {
        /// <summary>The one scene.</summary>
        public const string ScenePath = "Assets/StereoViewer/Scenes/StereoViewer.unity";

        /// <summary>The page around the player.</summary>
        public const string Template = "PROJECT:StereoViewer";

        /// <summary>The XR loader for the browser, from the WebXR Export package.</summary>
        public const string Loader = "WebXR.WebXRLoader";

        /// <summary>The object that the page sends its messages to.</summary>
        public const string MessageTarget = "StereoViewer";
    }
}
