// As UnityEngine.cs, for the editor.
using System;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace UnityEditor
{
    // MenuItem.html, EditorApplication.Exit.html
    [AttributeUsage(AttributeTargets.Method)]
    public sealed class MenuItem : Attribute { public MenuItem(string itemName) { } }
    public sealed class EditorApplication { public static void Exit(int returnValue) { } }

    // PlayerSettings.html, PlayerSettings.WebGL.html, WebGLCompressionFormat.html
    public enum WebGLExceptionSupport { None, ExplicitlyThrownExceptionsOnly }
    public enum WebGLCompressionFormat { Brotli, Gzip, Disabled }
    public sealed class PlayerSettings : UnityEngine.Object
    {
        public static ColorSpace colorSpace { get; set; }
        public static bool runInBackground { get; set; }
        public sealed class WebGL
        {
            public static string template { get; set; }
            public static WebGLCompressionFormat compressionFormat { get; set; }
            public static bool dataCaching { get; set; }
            public static WebGLExceptionSupport exceptionSupport { get; set; }
        }
    }

    // EditorBuildSettings.html, EditorBuildSettings.TryGetConfigObject.html, EditorBuildSettingsScene.html
    public class EditorBuildSettingsScene
    {
        public bool enabled { get; set; }
        public string path { get; set; }
        public EditorBuildSettingsScene(string path, bool enabled) { }
    }
    public class EditorBuildSettings : UnityEngine.Object
    {
        public static EditorBuildSettingsScene[] scenes { get; set; }
        public static bool TryGetConfigObject<T>(string name, out T result) where T : UnityEngine.Object
        {
            result = null;
            return false;
        }
    }

    // BuildTarget.html, BuildTargetGroup.html, BuildPlayerOptions.html, BuildPipeline.BuildPlayer.html
    public enum BuildTarget { WebGL = 20 }
    public enum BuildTargetGroup { WebGL = 13 }
    public struct BuildPlayerOptions
    {
        public string[] scenes { get; set; }
        public string locationPathName { get; set; }
        public BuildTarget target { get; set; }
        public BuildTargetGroup targetGroup { get; set; }
    }
    public class BuildPipeline
    {
        public static Build.Reporting.BuildReport BuildPlayer(BuildPlayerOptions buildPlayerOptions) { return null; }
    }

    // SerializedObject.FindProperty.html, SerializedProperty-objectReferenceValue.html
    public class SerializedObject
    {
        public SerializedObject(UnityEngine.Object obj) { }
        public SerializedProperty FindProperty(string propertyPath) { return null; }
    }
    public class SerializedProperty
    {
        public UnityEngine.Object objectReferenceValue { get; set; }
        public int intValue { get; set; }
    }
}

namespace UnityEditor.SceneManagement
{
    // SceneManagement.EditorSceneManager.OpenScene.html, .SaveCurrentModifiedScenesIfUserWantsTo.html
    public enum OpenSceneMode { Single, Additive }
    public sealed class EditorSceneManager
    {
        public static Scene OpenScene(string scenePath, OpenSceneMode mode = OpenSceneMode.Single)
        {
            return default(Scene);
        }
        public static bool SaveCurrentModifiedScenesIfUserWantsTo() { return true; }
    }
}

namespace UnityEditor.Build
{
    // Build.IPreprocessBuildWithReport.html, Build.IProcessSceneWithReport.html, Build.BuildFailedException.html
    public interface IOrderedCallback { int callbackOrder { get; } }
    public interface IPreprocessBuildWithReport : IOrderedCallback
    {
        void OnPreprocessBuild(Reporting.BuildReport report);
    }
    public interface IProcessSceneWithReport : IOrderedCallback
    {
        void OnProcessScene(Scene scene, Reporting.BuildReport report);
    }
    public class BuildFailedException : Exception { public BuildFailedException(string message) { } }
}

namespace UnityEditor.Build.Reporting
{
    // Build.Reporting.BuildReport-summary.html, Build.Reporting.BuildSummary.html, Build.Reporting.BuildResult.html
    public enum BuildResult { Unknown, Succeeded, Failed, Cancelled }
    public struct BuildSummary
    {
        public BuildTarget platform { get { return BuildTarget.WebGL; } }
        public BuildResult result { get { return BuildResult.Unknown; } }
    }
    public sealed class BuildReport : UnityEngine.Object
    {
        public BuildSummary summary { get { return default(BuildSummary); } }
    }
}
