using System.Collections.Generic;

namespace StereoViewer
{
    /// <summary>
    /// A value of a JSON text. Asking for what is not there gives <see cref="Missing"/> or null, never an error, so that
    /// readers may ignore keys that they do not know. Own code because JsonUtility reads no tables with free keys, which
    /// the manifest's <c>files</c> is.
    /// </summary>
    public sealed class JsonNode
    {
        /// <summary>What a key that is not there holds.</summary>
        public static readonly JsonNode Missing = new JsonNode(null);

        private readonly object value;

        internal JsonNode(object value)
        {
            this.value = value;
        }

        /// <summary>The text, or null when this is none.</summary>
        public string Text
        {
            get { return value as string; }
        }

        /// <summary>The number, or null when this is none.</summary>
        public double? Number
        {
            get { return value as double?; }
        }

        /// <summary>True or false, or null when this is neither.</summary>
        public bool? Flag
        {
            get { return value as bool?; }
        }

        /// <summary>The items of an array, or an empty list.</summary>
        public IReadOnlyList<JsonNode> Items
        {
            get { return value as List<JsonNode> ?? new List<JsonNode>(); }
        }

        /// <summary>The value of an object's key, or <see cref="Missing"/>.</summary>
        public JsonNode this[string key]
        {
            get
            {
                var table = value as Dictionary<string, JsonNode>;
                JsonNode found;
                return table != null && table.TryGetValue(key, out found) ? found : Missing;
            }
        }

        /// <summary>Read a JSON text.</summary>
        /// <exception cref="PictureException">It is no JSON; the message names the place.</exception>
        public static JsonNode Parse(string text)
        {
            return new JsonReader(text ?? "").ReadAll();
        }
    }
}
