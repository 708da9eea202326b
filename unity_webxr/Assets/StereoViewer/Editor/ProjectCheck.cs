using System.Collections.Generic;
using System.Linq;
using UnityEditor;
using UnityEditor.Build;
using UnityEditor.Build.Reporting;
using UnityEditor.SceneManagement;
using UnityEngine;
using UnityEngine.SceneManagement;

namespace StereoViewer.Editor
{
    /// <summary>
    /// Stops a build whose two eyes would not see their own views. Runs before every WebGL build and from the menu.
    /// </summary>
    public sealed class ProjectCheck : IPreprocessBuildWithReport, IProcessSceneWithReport
    {
        /// <summary>After the packages' own steps.</summary>
        public int callbackOrder
        {
            get { return 100; }
        }

        /// <summary>
        /// Every fault of settings and scene, one sentence each; opens the scene. Changes that are not saved are asked
        /// about first.
        /// </summary>
        public static IReadOnlyList<string> Faults()
        {
            if (!Application.isBatchMode && !EditorSceneManager.SaveCurrentModifiedScenesIfUserWantsTo())
            {
                return new[] { "Nothing was checked: the open scene has changes that are not saved." };
            }

            EditorSceneManager.OpenScene(ViewerProject.ScenePath);
            return SettingsFaults.Find().Concat(SceneFaults.Find()).ToList();
        }

        /// <summary>Write the faults to the console.</summary>
        [MenuItem("Stereo Viewer/Check Project")]
        public static void Report()
        {
            IReadOnlyList<string> faults = Faults();
            foreach (string fault in faults)
            {
                Debug.LogError(fault);
            }

            if (faults.Count == 0)
            {
                Debug.Log("The project is as it should be.");
            }
        }

        /// <summary>Stop the build when a setting is wrong.</summary>
        /// <param name="report">What is built.</param>
        /// <exception cref="BuildFailedException">There is a fault; the message names all of them.</exception>
        public void OnPreprocessBuild(BuildReport report)
        {
            if (report.summary.platform == BuildTarget.WebGL)
            {
                Stop(SettingsFaults.Find());
            }
        }

        /// <summary>Stop the build when the scene is wrong.</summary>
        /// <param name="scene">A scene on its way into the build.</param>
        /// <param name="report">What is built; null when the editor starts to play.</param>
        /// <exception cref="BuildFailedException">There is a fault; the message names all of them.</exception>
        public void OnProcessScene(Scene scene, BuildReport report)
        {
            if (report != null && scene.path == ViewerProject.ScenePath)
            {
                Stop(SceneFaults.Find());
            }
        }

        private static void Stop(IEnumerable<string> found)
        {
            List<string> faults = found.ToList();
            if (faults.Count > 0)
            {
                throw new BuildFailedException(string.Join("\n", faults));
            }
        }
    }
}
