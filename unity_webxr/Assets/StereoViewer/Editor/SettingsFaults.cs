using System.Collections.Generic;
using System.Linq;
using UnityEditor;
using UnityEngine;
using UnityEngine.XR.Management;
using WebXR;

namespace StereoViewer.Editor
{
    /// <summary>What is wrong with the project's settings.</summary>
    public static class SettingsFaults
    {
        /// <summary>One sentence for each fault.</summary>
        public static IEnumerable<string> Find()
        {
            return Player().Concat(Xr());
        }

        private static IEnumerable<string> Player()
        {
            if (PlayerSettings.colorSpace != ColorSpace.Gamma)
            {
                yield return "The colour space is not Gamma (Project Settings, Player).";
            }

            if (PlayerSettings.WebGL.template != ViewerProject.Template)
            {
                yield return "The WebGL template is not " + ViewerProject.Template + " (Project Settings, Player).";
            }

            if (PlayerSettings.WebGL.exceptionSupport == WebGLExceptionSupport.None)
            {
                yield return "Exceptions are off (Project Settings, Player): a picture that cannot be read would stop "
                    + "the page instead of being explained.";
            }

            if (!EditorBuildSettings.scenes.Any(scene => scene.enabled && scene.path == ViewerProject.ScenePath))
            {
                yield return ViewerProject.ScenePath + " is not in the build (File, Build Settings).";
            }
        }

        private static IEnumerable<string> Xr()
        {
            XRManagerSettings manager = PlayerSetup.Manager();
            if (manager == null || !manager.activeLoaders.Any(loader => loader.GetType().FullName == ViewerProject.Loader))
            {
                yield return "WebXR Export is not ticked for WebGL (Project Settings, XR Plug-in Management).";
            }

            WebXRSettings settings = WebXRSettings.GetSettings();
            if (settings == null || !settings.DisableXRDisplaySubsystem)
            {
                yield return "Disable XR Display Subsystem is off (Project Settings, WebXR): "
                    + "one camera would draw both eyes, and both would see one picture.";
            }

            if (settings != null && !settings.AutoLoadWebXRManager)
            {
                yield return "Auto Load WebXR Manager is off (Project Settings, WebXR).";
            }
        }
    }
}
