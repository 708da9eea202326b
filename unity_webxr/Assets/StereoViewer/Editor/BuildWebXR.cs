using System;
using System.Collections.Generic;
using UnityEditor;
using UnityEditor.Build.Reporting;
using UnityEngine;

namespace StereoViewer.Editor
{
    /// <summary>
    /// Builds the page: from the menu, or without a window by
    /// <c>-executeMethod StereoViewer.Editor.BuildWebXR.Build</c>, which ends with exit code 1 when anything is wrong.
    /// </summary>
    public static class BuildWebXR
    {
        private const string DefaultFolder = "Build";
        private const string FolderArgument = "-customBuildPath"; // the argument that game-ci passes

        /// <summary>Set up, check and build into <c>-customBuildPath</c>, or into Build.</summary>
        [MenuItem("Stereo Viewer/Build")]
        public static void Build()
        {
            PlayerSetup.Apply();
            IReadOnlyList<string> faults = ProjectCheck.Faults();
            if (faults.Count > 0)
            {
                Fail(string.Join("\n", faults));
                return;
            }

            BuildReport report = BuildPipeline.BuildPlayer(new BuildPlayerOptions
            {
                scenes = new[] { ViewerProject.ScenePath },
                locationPathName = Folder(Environment.GetCommandLineArgs()),
                target = BuildTarget.WebGL,
                targetGroup = BuildTargetGroup.WebGL,
            });
            if (report.summary.result != BuildResult.Succeeded)
            {
                Fail("The build ended as " + report.summary.result + ".");
            }
        }

        private static string Folder(string[] arguments)
        {
            int place = Array.IndexOf(arguments, FolderArgument);
            return place >= 0 && place + 1 < arguments.Length ? arguments[place + 1] : DefaultFolder;
        }

        private static void Fail(string message)
        {
            Debug.LogError(message);
            if (Application.isBatchMode)
            {
                EditorApplication.Exit(1);
            }
        }
    }
}
