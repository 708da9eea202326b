using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>What an address asks for, and which addresses may be loaded.</summary>
    public sealed class AddressTests
    {
        private const string Page = "https://app.example/unity/index.html?src=x";

        [TestCase("../s/1/a.jpg", "https://app.example/s/1/a.jpg")]
        [TestCase("/a%20b.jpg?v=1", "https://app.example/a%20b.jpg?v=1")]
        [TestCase("https://APP.example/a.jpg", "https://app.example/a.jpg")]
        [TestCase("blob:https://app.example/1-2", "blob:https://app.example/1-2")]
        [TestCase("data:image/png;base64,AA==", "data:image/png;base64,AA==")]
        public void OwnAddressesAreResolved(string reference, string address)
        {
            Assert.AreEqual(address, Rule(false).Resolve(reference));
        }

        [TestCase("https://other.example/a.jpg")]
        [TestCase("//other.example/a.jpg")]
        [TestCase("http://app.example/a.jpg")]
        [TestCase("https://app.example:444/a.jpg")]
        public void ForeignOnesAreRefused(string reference)
        {
            PictureException fault = Assert.Throws<PictureException>(() => Rule(false).Resolve(reference));
            Assert.AreEqual("foreign", fault.State);
        }

        [TestCase("javascript:alert(1)")]
        [TestCase("file:///etc/passwd")]
        [TestCase("http://")]
        public void OthersAreNoAddresses(string reference)
        {
            PictureException fault = Assert.Throws<PictureException>(() => Rule(true).Resolve(reference));
            Assert.AreEqual("bad_address", fault.State);
        }

        [Test]
        public void ForeignOnesAreLoadedWhenAllowedOrWelcome()
        {
            const string Foreign = "https://other.example/a.jpg";
            Assert.AreEqual(Foreign, Rule(true).Resolve(Foreign));
            var welcome = new AddressRule(Page, false, new[] { "https://other.example" });
            Assert.AreEqual(Foreign, welcome.Resolve(Foreign));
        }

        [Test]
        public void AManifestsReferencesStartFromTheManifest()
        {
            string address = Rule(false).Resolve("red%20boat.jpg", "https://app.example/s/1/manifest.json");
            Assert.AreEqual("https://app.example/s/1/red%20boat.jpg", address);
            Assert.AreEqual("red boat.jpg", AddressRule.NameOf(address));
        }

        [Test]
        public void APathThatEndsWithJsonIsAManifest()
        {
            Assert.IsTrue(AddressRule.IsManifest("https://app.example/boat_manifest.json?v=1"));
            Assert.IsFalse(AddressRule.IsManifest("https://app.example/a.jpg?of=b.json"));
            Assert.IsFalse(AddressRule.IsManifest("blob:https://app.example/1.json"));
        }

        [Test]
        public void AQueryStartsAtTheMarkAndStopsAtTheHash()
        {
            QueryString query = QueryString.OfAddress("https://a/?src=a%20b%26c.jpg&src=2&flag&x=%zz+y#src=3?layout=tb");
            Assert.AreEqual("a b&c.jpg", query.Text("src"));
            Assert.IsNull(query.Text("flag"));
            Assert.IsNull(query.Text("layout"));
            Assert.AreEqual("%zz y", query.Text("x"));
            Assert.IsNull(QueryString.OfAddress("https://a/").Text("src"));
        }

        [TestCase("n=2.5", 2.5)]
        [TestCase("n=-1e2", -100)]
        public void NumbersHaveADecimalPoint(string text, double number)
        {
            Assert.AreEqual(number, QueryString.Parse(text).Number("n").Value, 0);
        }

        [TestCase("n=")]
        [TestCase("n=2,5")]
        [TestCase("n=NaN")]
        [TestCase("n=1e999")]
        [TestCase("m=1")]
        public void OtherNumbersAreNone(string text)
        {
            Assert.IsNull(QueryString.Parse(text).Number("n"));
        }

        [Test]
        public void ARequestIsRead()
        {
            PictureRequest request = PictureRequest.From(
                QueryString.Parse("src=a.jpg&layout=half&maxdisp=0.02&fov=90"));
            Assert.AreEqual("a.jpg", request.Source);
            Assert.AreEqual("half_side_by_side", request.Info.Layout.Key);
            Assert.AreEqual(0.02, request.Info.Uncrossed, 0);
            Assert.AreEqual(2, request.Info.WidthPerDistance.Value, 1e-12);
        }

        [Test]
        public void ASharedResultIsItsManifest()
        {
            Assert.AreEqual("../s/a%2Fb/manifest.json", PictureRequest.From(QueryString.Parse("id=a/b")).Source);
            Assert.IsNull(PictureRequest.From(QueryString.Parse("layout=half")));
        }

        private static AddressRule Rule(bool allowForeign)
        {
            return new AddressRule(Page, allowForeign, new string[0]);
        }
    }
}
