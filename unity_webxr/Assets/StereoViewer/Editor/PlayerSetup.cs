using UnityEditor;
using UnityEditor.XR.Management;
using UnityEditor.XR.Management.Metadata;
using UnityEngine;
using UnityEngine.XR.Management;

namespace StereoViewer.Editor
{
    /// <summary>
    /// Sets what a build depends on, so that a project whose settings were reset by an editor still builds the same.
    /// </summary>
    public static class PlayerSetup
    {
        /// <summary>Set player, scene list and XR loader.</summary>
        public static void Apply()
        {
            PlayerSettings.colorSpace = ColorSpace.Gamma; // what WebXR Export asks for below Unity 6
            PlayerSettings.runInBackground = true;
            PlayerSettings.WebGL.template = ViewerProject.Template;
            PlayerSettings.WebGL.compressionFormat = WebGLCompressionFormat.Disabled; // needs no server headers
            PlayerSettings.WebGL.dataCaching = true;
            PlayerSettings.WebGL.exceptionSupport = WebGLExceptionSupport.ExplicitlyThrownExceptionsOnly;
            EditorBuildSettings.scenes = new[] { new EditorBuildSettingsScene(ViewerProject.ScenePath, true) };
            AssignLoader();
        }

        /// <summary>The XR manager of WebGL builds, or null when the project has none.</summary>
        public static XRManagerSettings Manager()
        {
            XRGeneralSettingsPerBuildTarget targets;
            EditorBuildSettings.TryGetConfigObject(XRGeneralSettings.k_SettingsKey, out targets);
            XRGeneralSettings settings = targets == null ? null : targets.SettingsForBuildTarget(BuildTargetGroup.WebGL);
            return settings == null ? null : settings.Manager;
        }

        private static void AssignLoader()
        {
            XRManagerSettings manager = Manager();
            if (manager != null)
            {
                XRPackageMetadataStore.AssignLoader(manager, ViewerProject.Loader, BuildTargetGroup.WebGL);
            }
        }
    }
}
