using UnityEngine;

namespace StereoViewer
{
    /// <summary>
    /// Between the page and the scene: reads the page's address, takes its messages, and tells it what became of them.
    /// The page calls the public methods by SendMessage on the object StereoViewer.
    /// </summary>
    public sealed class BrowserBridge : MonoBehaviour
    {
        [SerializeField]
        private StereoImageLoader loader = null;

        [SerializeField]
        private StereoImageView view = null;

        [SerializeField]
        private ScreenPlacement placement = null;

        private AddressRule rule;

        /// <summary>Show the picture or manifest at an address.</summary>
        public void LoadUrl(string source)
        {
            Load("src=" + System.Uri.EscapeDataString(source));
        }

        /// <summary>Show what a query asks for: src or id, layout, maxdisp, fov.</summary>
        public void Load(string query)
        {
            PictureRequest request = PictureRequest.From(QueryString.Parse(query));
            if (request != null)
            {
                loader.Load(request, rule);
            }
        }

        /// <summary>Take a picture that the page made smaller, by <see cref="BrowserPage.Shrink"/>.</summary>
        public void TakeShrunk(string answer)
        {
            loader.TakeShrunk(answer);
        }

        /// <summary>Change the view: any field of <see cref="ViewOptions"/>, as a query.</summary>
        public void SetOptions(string query)
        {
            view.Options = view.Options.With(QueryString.Parse(query));
        }

        /// <summary>Place the screen before the viewer.</summary>
        public void Recentre()
        {
            placement.Recentre();
        }

        private void OnEnable()
        {
            loader.Loaded += OnLoaded;
            loader.Failed += OnFailed;
        }

        private void OnDisable()
        {
            loader.Loaded -= OnLoaded;
            loader.Failed -= OnFailed;
        }

        private void Start()
        {
            string address = BrowserPage.Address;
            QueryString query = QueryString.OfAddress(address);
            rule = new AddressRule(address, query.Flag("allow") ?? false, BrowserPage.WelcomeOrigins());
            view.Options = view.Options.With(query);
            BrowserPage.Post("ready", "");
            PictureRequest request = PictureRequest.From(query);
            if (request == null)
            {
                loader.ShowSelfTest();
            }
            else
            {
                loader.Load(request, rule);
            }
        }

        private void OnLoaded(Texture texture, PictureInfo info, string address)
        {
            view.Show(texture, info);
            BrowserPage.Post("loaded", address);
        }

        private void OnFailed(PictureException fault)
        {
            BrowserPage.Post("error", fault.Message);
        }
    }
}
