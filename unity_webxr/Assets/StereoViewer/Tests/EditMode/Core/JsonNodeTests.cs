using NUnit.Framework;

namespace StereoViewer.Tests
{
    /// <summary>Reading JSON.</summary>
    public sealed class JsonNodeTests
    {
        [Test]
        public void ValuesKeepTheirTypes()
        {
            JsonNode node = JsonNode.Parse(
                " {\"a\": [1, -2.5e3, \"x\"], \"b\": {\"c\": true, \"d\": false}, \"e\": null, \"f\": {}, \"g\": []} ");
            Assert.AreEqual(3, node["a"].Items.Count);
            Assert.AreEqual(-2500, node["a"].Items[1].Number.Value, 0);
            Assert.AreEqual("x", node["a"].Items[2].Text);
            Assert.IsTrue(node["b"]["c"].Flag.Value);
            Assert.IsFalse(node["b"]["d"].Flag.Value);
            Assert.IsNull(node["e"].Text);
            Assert.AreEqual(0, node["g"].Items.Count);
        }

        [Test]
        public void WhatIsNotThereIsNoError()
        {
            JsonNode node = JsonNode.Parse("{\"a\": 1}");
            Assert.IsNull(node["b"]["c"].Number);
            Assert.IsNull(node["a"].Text);
        }

        [Test]
        public void EscapesAreRead()
        {
            Assert.AreEqual("\"\\/\b\f\n\r\t\u00e9", JsonNode.Parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"").Text);
        }

        [TestCase("")]
        [TestCase("{")]
        [TestCase("[1")]
        [TestCase("[1,]")]
        [TestCase("[1 2]")]
        [TestCase("{\"a\" 1}")]
        [TestCase("{a: 1}")]
        [TestCase("\"open")]
        [TestCase("\"\\x\"")]
        [TestCase("\"\\u12\"")]
        [TestCase("\"line\nbreak\"")]
        [TestCase("tru")]
        [TestCase("NaN")]
        [TestCase("1 2")]
        public void OtherTextIsRefused(string text)
        {
            Assert.Throws<PictureException>(() => JsonNode.Parse(text));
        }

        [Test]
        public void DeepNestingIsRefusedInsteadOfOverflowing()
        {
            Assert.Throws<PictureException>(() => JsonNode.Parse(new string('[', 100000)));
        }
    }
}
