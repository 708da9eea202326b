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

        private static readonly string[] Upright =
        {
            "StereoRig", "Main Camera", "Screen", "LeftEyeQuad", "RightEyeQuad",
        };

        private const int CentreEye = 2; // of TrackedPoseDriver's pose sources

        /// <summary>One sentence for each fault.</summary>
        public static IEnumerable<string> Find()
        {
            return Cameras().Concat(Head()).Concat(Quads()).Concat(Place()).Concat(Turns()).Concat(References());
        }

        // The left eye as the head would move both eyes half an eye distance to the left.
        private static IEnumerable<string> Head()
        {
            GameObject head = GameObject.Find("Main Camera");
            Component driver = head == null ? null : head.GetComponent("TrackedPoseDriver");
            if (driver == null)
            {
                yield return "Main Camera has no TrackedPoseDriver; the view would not follow the head.";
            }
            else if (new SerializedObject(driver).FindProperty("m_PoseSource").intValue != CentreEye)
            {
                yield return "Main Camera does not follow the middle between the eyes (TrackedPoseDriver, Center Eye).";
            }
        }

        private static IEnumerable<string> Turns()
        {
            foreach (string name in Upright)
            {
                GameObject item = GameObject.Find(name);
                if (item != null && Quaternion.Angle(item.transform.localRotation, Quaternion.identity) > 0.01f)
                {
                    yield return name + " is turned; the picture would be seen askew, mirrored or not at all.";
                }
            }
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
