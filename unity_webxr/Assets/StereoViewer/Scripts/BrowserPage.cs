using System;
using System.Collections.Generic;
using UnityEngine;
#if UNITY_WEBGL && !UNITY_EDITOR
using System.Runtime.InteropServices;
#endif

namespace StereoViewer
{
    /// <summary>The web page around the player; in the editor a stand-in without one.</summary>
    public static class BrowserPage
    {
#if UNITY_WEBGL && !UNITY_EDITOR
        /// <summary>The page's address.</summary>
        public static string Address
        {
            get { return Application.absoluteURL; }
        }

        /// <summary>Tell the page that something happened, as a <c>stereo:</c> event.</summary>
        public static void Post(string type, string detail)
        {
            StereoPost(type, detail);
        }

        /// <summary>
        /// Let the page make a picture smaller; it answers by TakeShrunk on the object StereoViewer. False where there is
        /// no page.
        /// </summary>
        /// <param name="address">Address of the picture.</param>
        /// <param name="limitPx">Longest side of the smaller picture.</param>
        /// <param name="number">Comes back with the answer.</param>
        public static bool Shrink(string address, int limitPx, int number)
        {
            StereoShrink(address, limitPx, number);
            return true;
        }

        private static string WelcomeText()
        {
            return StereoWelcomeOrigins();
        }

        [DllImport("__Internal")]
        private static extern void StereoPost(string type, string detail);

        [DllImport("__Internal")]
        private static extern string StereoWelcomeOrigins();

        [DllImport("__Internal")]
        private static extern void StereoShrink(string address, int limitPx, int number);
#else
        /// <summary>Where the app's page would be.</summary>
        public static string Address
        {
            get { return "http://127.0.0.1:7860/unity/"; }
        }

        /// <summary>Write what the page would be told to the console.</summary>
        public static void Post(string type, string detail)
        {
            Debug.Log("stereo:" + type + " " + detail);
        }

        /// <summary>There is no page that could make a picture smaller.</summary>
        public static bool Shrink(string address, int limitPx, int number)
        {
            return false;
        }

        private static string WelcomeText()
        {
            return "";
        }
#endif

        /// <summary>Servers besides the page's own whose pictures are welcome, from the page's head.</summary>
        public static IEnumerable<string> WelcomeOrigins()
        {
            return WelcomeText().Split(new[] { ' ' }, StringSplitOptions.RemoveEmptyEntries);
        }
    }
}
