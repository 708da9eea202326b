using System;
using UnityEngine;
using UnityEngine.Networking;

namespace StereoViewer
{
    /// <summary>Fetches pictures, through their manifest when they have one, and owns the texture that is shown.</summary>
    public sealed class StereoImageLoader : MonoBehaviour
    {
        private const long NotFound = 404;
        private const long Gone = 410;
        private const double SelfTestUncrossed = 24.0 / 1280; // its farthest disc, as a share of a view's width

        [SerializeField]
        private Texture2D selfTest = null;

        [SerializeField]
        private TextAsset recognition = null;

        private LayoutGuess guess;
        private UnityWebRequest running;
        private AddressRule rule;
        private int shrinking; // number of the picture that the page was last asked to make smaller
        private Action<string> useShrunk;

        /// <summary>
        /// Called with a picture whose layout is known and the address it came from. The texture is gone afterwards.
        /// </summary>
        public event Action<Texture, PictureInfo, string> Loaded;

        /// <summary>Called when a picture cannot be shown; the one before stays.</summary>
        public event Action<PictureException> Failed;

        /// <summary>Show what is asked for; an earlier request that is still under way is given up.</summary>
        /// <param name="request">The picture.</param>
        /// <param name="addresses">Where pictures may come from.</param>
        public void Load(PictureRequest request, AddressRule addresses)
        {
            Cancel();
            rule = addresses;
            Attempt(() =>
            {
                if (request.Source == PictureRequest.SelfTest)
                {
                    ShowSelfTest();
                    return;
                }

                string address = rule.Resolve(request.Source);
                if (AddressRule.IsManifest(address))
                {
                    Fetch(UnityWebRequest.Get(address), answer => FollowManifest(answer, address));
                }
                else
                {
                    FetchPicture(address, request.Info);
                }
            });
        }

        /// <summary>Show the built-in picture that tells whether each eye gets its own view.</summary>
        public void ShowSelfTest()
        {
            var info = new PictureInfo { Layout = StereoLayouts.SideBySide, Uncrossed = SelfTestUncrossed };
            Loaded?.Invoke(selfTest, info, PictureRequest.SelfTest);
        }

        /// <summary>Take a picture that the page made smaller.</summary>
        /// <param name="answer">The number of the question, a space, and the address, empty when it failed.</param>
        public void TakeShrunk(string answer)
        {
            int space = answer.IndexOf(' ');
            if (useShrunk != null && answer.Substring(0, space) == shrinking.ToString())
            {
                Action<string> use = useShrunk;
                useShrunk = null;
                Attempt(() => use(answer.Substring(space + 1)));
            }
        }

        private void FollowManifest(UnityWebRequest answer, string address)
        {
            Manifest manifest = Manifest.Parse(answer.downloadHandler.text);
            FetchPicture(rule.Resolve(manifest.Href, address), manifest.Info);
        }

        private void FetchPicture(string address, PictureInfo info)
        {
            Fetch(UnityWebRequest.Get(address), answer => Take(answer.downloadHandler.data, info, address));
        }

        private void Take(byte[] file, PictureInfo info, string address)
        {
            PictureSize size = PictureSize.Of(file);
            if (size == null)
            {
                throw new PictureException("not_picture", AddressRule.NameOf(address));
            }

            if (Math.Max(size.WidthPx, size.HeightPx) > SystemInfo.maxTextureSize)
            {
                Shrink(size, info, address);
                return;
            }

            Show(file, info, address);
        }

        private void Show(byte[] file, PictureInfo info, string address)
        {
            var texture = new Texture2D(1, 1, TextureFormat.RGBA32, false);
            try
            {
                if (!texture.LoadImage(file, true))
                {
                    throw new PictureException("not_picture", AddressRule.NameOf(address));
                }

                texture.wrapMode = TextureWrapMode.Clamp;
                texture.filterMode = FilterMode.Bilinear;
                info.Layout = info.Layout ?? HalfSampler.Guess(texture, AddressRule.NameOf(address), guess);
                Loaded?.Invoke(texture, info, address);
            }
            finally
            {
                Destroy(texture);
            }
        }

        // The browser decodes what the graphics card cannot take; it hands the smaller picture back by an address.
        private void Shrink(PictureSize size, PictureInfo info, string address)
        {
            string limit = size.WidthPx + " x " + size.HeightPx + " pixels, the limit is " + SystemInfo.maxTextureSize;
            useShrunk = smaller =>
            {
                if (smaller == "")
                {
                    throw new PictureException("too_large", limit);
                }

                Fetch(UnityWebRequest.Get(smaller), answer => Show(answer.downloadHandler.data, info, address));
            };
            shrinking++;
            if (!BrowserPage.Shrink(address, SystemInfo.maxTextureSize, shrinking))
            {
                TakeShrunk(shrinking + " ");
            }
        }

        private void Fetch(UnityWebRequest request, Action<UnityWebRequest> use)
        {
            running = request;
            request.SendWebRequest().completed += operation =>
            {
                if (running != request)
                {
                    return; // a later request took its place
                }

                running = null;
                using (request)
                {
                    Attempt(() =>
                    {
                        CheckAnswer(request);
                        use(request);
                    });
                }
            };
        }

        private void Attempt(Action load)
        {
            try
            {
                load();
            }
            catch (PictureException fault)
            {
                Failed?.Invoke(fault);
            }
        }

        private static void CheckAnswer(UnityWebRequest answer)
        {
            string name = AddressRule.NameOf(answer.url);
            switch (answer.result)
            {
                case UnityWebRequest.Result.Success:
                    return;
                case UnityWebRequest.Result.ProtocolError:
                    bool missing = answer.responseCode == NotFound || answer.responseCode == Gone;
                    throw missing
                        ? new PictureException("not_found", name)
                        : new PictureException("refused", answer.responseCode.ToString());
                case UnityWebRequest.Result.DataProcessingError:
                    throw new PictureException("not_picture", name);
                default:
                    throw new PictureException("unreachable", name);
            }
        }

        private void Cancel()
        {
            UnityWebRequest request = running;
            running = null;
            useShrunk = null;
            if (request != null)
            {
                request.Abort();
                request.Dispose();
            }
        }

        private void Awake()
        {
            guess = LayoutGuess.Parse(recognition.text);
        }

        private void OnDestroy()
        {
            Cancel();
        }
    }
}
