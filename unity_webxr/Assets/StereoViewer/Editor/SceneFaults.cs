using System.Collections.Generic;
using System.Linq;
using UnityEditor;
using UnityEngine;
using WebXR;

namespace StereoViewer.Editor
{
    /// <summary>What is wrong with the open scene: cameras, layers, quads, materials, references.</summary>
    public static class SceneFaults
    {
        private static readonly string[] WebXrCameras =
        {
            "cameraMain", "cameraL", "cameraR", "cameraARL", "cameraARR",
        };

        /// <summary>One sentence for each fault.</summary>
        public static IEnumerable<string> Find()
        {
            return Cameras().Concat(Quads()).Concat(Place()).Concat(References());
        }

        private static IEnumerable<string> Cameras()
        {
            foreach (Camera camera in Object.FindObjectsOfType<Camera>(true))
            {
                if (camera.cullingMask != WantedMask(camera.name))
                {
                    yield return camera.name + " has culling mask " + camera.cullingMask + ".";
                }
            }
        }

        private static int WantedMask(string camera)
        {
            foreach (Eye eye in new[] { Eye.Left, Eye.Right })
            {
                if (camera.StartsWith(EyeLayers.NameOf(eye)))
                {
                    return EyeLayers.MaskOf(eye);
                }
            }

            return EyeLayers.FlatMask;
        }

        private static IEnumerable<string> Quads()
        {
            foreach (Eye eye in new[] { Eye.Left, Eye.Right })
            {
                string name = EyeLayers.NameOf(eye);
                GameObject quad = GameObject.Find(name + "Quad");
                if (quad == null)
                {
                    yield return "There is no " + name + "Quad.";
                    continue;
                }

                if (quad.layer != EyeLayers.IndexOf(eye))
                {
                    yield return quad.name + " is not in layer " + name + ".";
                }

                Material material = quad.GetComponent<MeshRenderer>().sharedMaterial;
                if (material == null || material.name != name + "Material")
                {
                    yield return quad.name + " does not use " + name + "Material.";
                }
                else if (!Mathf.Approximately(material.mainTextureOffset.x, eye == Eye.Left ? 0 : 0.5f)
                    || !Mathf.Approximately(material.mainTextureScale.x, 0.5f))
                {
                    yield return material.name + " does not show its own half of the picture.";
                }
            }
        }

        // Equal pixels must lie on the screen: quads apart would add to every disparity.
        private static IEnumerable<string> Place()
        {
            GameObject left = GameObject.Find(EyeLayers.NameOf(Eye.Left) + "Quad");
            GameObject right = GameObject.Find(EyeLayers.NameOf(Eye.Right) + "Quad");
            if (left != null && right != null && left.transform.position != right.transform.position)
            {
                yield return "The quads stand apart; both must stand at the same place.";
            }
        }

        private static IEnumerable<string> References()
        {
            if (GameObject.Find(ViewerProject.MessageTarget) == null)
            {
                yield return "There is no object " + ViewerProject.MessageTarget + " for the page's messages.";
            }

            WebXRCamera rig = Object.FindObjectOfType<WebXRCamera>();
            if (rig == null)
            {
                yield return "There is no WebXRCamera.";
                yield break;
            }

            var fields = new SerializedObject(rig);
            foreach (string field in WebXrCameras)
            {
                SerializedProperty property = fields.FindProperty(field);
                if (property == null || property.objectReferenceValue == null)
                {
                    yield return "WebXRCamera has no " + field + "; it fails without any of its five cameras.";
                }
            }
        }
    }
}
