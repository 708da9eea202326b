// What BrowserPage.cs asks of the page around the player.
mergeInto(LibraryManager.library, {
  // Tell the page what happened: an event stereo:ready, stereo:loaded or stereo:error with a text as its detail.
  StereoPost: function (type, detail) {
    window.dispatchEvent(new CustomEvent('stereo:' + UTF8ToString(type), { detail: UTF8ToString(detail) }));
  },

  // Make a picture no longer than limitPx and answer with its address, or with none: '7 blob:...' or '7 '.
  StereoShrink: function (address, limitPx, number) {
    var answer = function (smaller) {
      SendMessage('StereoViewer', 'TakeShrunk', number + ' ' + smaller);
    };
    fetch(UTF8ToString(address))
      .then(function (response) {
        return response.blob();
      })
      .then(createImageBitmap)
      .then(function (bitmap) {
        var scale = limitPx / Math.max(bitmap.width, bitmap.height);
        var canvas = new OffscreenCanvas(
          Math.max(2, 2 * Math.floor((bitmap.width * scale) / 2)), // even: both halves stay alike
          Math.max(2, 2 * Math.floor((bitmap.height * scale) / 2))
        );
        var context = canvas.getContext('2d');
        context.imageSmoothingQuality = 'high';
        context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
        bitmap.close();
        return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
      })
      .then(function (blob) {
        answer(URL.createObjectURL(blob));
      })
      .catch(function () {
        answer('');
      });
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
