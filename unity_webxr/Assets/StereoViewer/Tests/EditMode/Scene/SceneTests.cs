using System.Collections.Generic;
using System.Linq;
using NUnit.Framework;
using StereoViewer.Editor;
using UnityEditor.SceneManagement;
using UnityEngine;

namespace StereoViewer.Tests
{
    /// <summary>The scene and the settings as Unity itself reads them.</summary>
    public sealed class SceneTests
    {
        [SetUp]
        public void OpenScene()
        {
            EditorSceneManager.OpenScene(ViewerProject.ScenePath);
        }

        [Test]
        public void TheSceneHasNoFault()
        {
            Assert.AreEqual("", string.Join("\n", SceneFaults.Find()));
        }

        [Test]
        public void TheSettingsHaveNoFault()
        {
            Assert.AreEqual("", string.Join("\n", SettingsFaults.Find()));
        }

        [Test]
        public void EachEyeSeesItsOwnQuadOnly()
        {
            foreach (Eye eye in new[] { Eye.Left, Eye.Right })
            {
                Camera camera = CameraNamed(EyeLayers.NameOf(eye) + "Camera");
                List<string> seen = Object.FindObjectsOfType<MeshRenderer>()
                    .Where(quad => (camera.cullingMask & (1 << quad.gameObject.layer)) != 0)
                    .Select(quad => quad.name)
                    .ToList();
                Assert.AreEqual(EyeLayers.NameOf(eye) + "Quad", string.Join(", ", seen));
            }
        }

        [Test]
        public void AMovedQuadIsAFault()
        {
            GameObject.Find("RightEyeQuad").transform.localPosition = new Vector3(0.01f, 0, 0);
            Assert.AreEqual(1, SceneFaults.Find().Count());
        }

        [Test]
        public void AQuadInTheOtherEyesLayerIsAFault()
        {
            GameObject.Find("LeftEyeQuad").layer = EyeLayers.IndexOf(Eye.Right);
            Assert.AreEqual(1, SceneFaults.Find().Count());
        }

        private static Camera CameraNamed(string name)
        {
            return Object.FindObjectsOfType<Camera>(true).Single(camera => camera.name == name);
        }
    }
}
