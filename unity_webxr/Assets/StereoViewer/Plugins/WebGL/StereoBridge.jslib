// What BrowserPage.cs asks of the page around the player.
mergeInto(LibraryManager.library, {
  // Tell the page what happened: an event stereo:ready, stereo:loaded or stereo:error with a text as its detail.
  StereoPost: function (type, detail) {
    window.dispatchEvent(new CustomEvent('stereo:' + UTF8ToString(type), { detail: UTF8ToString(detail) }));
  },

  // Origins, divided by spaces, that the page's head calls welcome. The caller frees the text.
  StereoWelcomeOrigins: function () {
    var meta = document.querySelector('meta[name="viewer-origins"]');
    var text = (meta && meta.getAttribute('content')) || '';
    var size = lengthBytesUTF8(text) + 1;
    var buffer = _malloc(size);
    stringToUTF8(text, buffer, size);
    return buffer;
  },
});
