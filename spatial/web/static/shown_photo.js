// Everything that this page shows belongs to the photo that is chosen in it: here is the only place that lets results in.
//
// A photo's identity is {choice, sha256, picture}: `choice` counts the photos chosen in this page, and the server answers
// with the digest of the photo's bytes and with a number for each new picture of it. Every event carries the identity that
// is shown, and every answer the one that it was made for; an older answer changes nothing.
window.spatial = (() => {
  let shown = { choice: 0, sha256: '', picture: 0 };
  const places = new Map();
  const contents = new Map();

  const put = (name, content) => {
    contents.set(name, content);
    places.get(name)?.(content);
  };
  const offer = (names) => { document.documentElement.dataset.offers = names.join(' '); };
  const isOlder = ({ choice, picture }) => choice !== shown.choice || (picture ?? Infinity) < shown.picture;

  // While a photo is on its way, the line over the picture says so.
  const [SENDING, READING] = ['Sending the photo…', 'Reading the photo…'].map((words) => `<p>${words}</p>`);
  let otherwise = null; // that line, where nothing comes of it
  const isOnItsWay = () => [SENDING, READING].includes(contents.get('status'));

  // A file takes a while to arrive: what counts is when it was given. A map belongs to the photo that was shown then; a photo
  // is numbered then, and its number travels with it, as a parameter of its media type.
  let choices = 0;
  const numbered = (file) => new File([file], file.name, { type: `${file.type || 'image/*'};choice=${++choices}` });
  const numberOf = (file) => Number(file.mime_type.split(';choice=')[1]);
  const givenFor = new Map();
  const isForShown = (id) => (givenFor.get(id) ?? shown.choice) === shown.choice;
  const note = ({ target }) => {
    const place = target.closest?.('#own-depth-file, #true-depth');
    if (place) givenFor.set(place.id, shown.choice);
    if (!target.matches?.('#choose-block input[type=file]') || !target.files.length) return;
    const given = new DataTransfer();
    given.items.add(numbered(target.files[0]));
    target.files = given.files;
    if (!isOnItsWay()) otherwise = contents.get('status');
    put('status', SENDING);
  };
  ['change', 'drop'].forEach((kind) => document.addEventListener(kind, note, true));

  offer([]);
  return {
    /** The identity of the photo that is chosen now; events take it along. */
    identity: () => shown,

    /** The same for an event that follows another one; it ends where that one left no photo. */
    following() {
      if (!shown.sha256) throw new Error('there is no photo to go on with');
      return shown;
    },

    /** The same for a file that has arrived at a place, unless it was given for another photo. */
    handed(id) {
      if (!isForShown(id)) throw new Error('this file was given for another photo');
      return shown;
    },

    /** What a place holds once a file has arrived there: nothing, where it was given for another photo. */
    held: (id, file) => (isForShown(id) ? file : null),

    /** Another photo is chosen, or none: what belongs to the one before goes at once. */
    choose(choice = ++choices, words = READING) {
      shown = { choice, sha256: '', picture: 0 };
      offer([]);
      contents.forEach((_, name) => put(name, null));
      otherwise = null;
      put('status', words);
      return shown;
    },

    /** The photo is removed. */
    remove: () => spatial.choose(++choices, null),

    /** The same for the photo that the page opens on, unless a visitor was quicker. */
    open() {
      if (choices) throw new Error('a photo is chosen already');
      return spatial.choose();
    },

    /** The same for a photo that has arrived, unless another one was chosen since this one was given. */
    arrived: (file) => spatial.choose(spatial.inTime(file)),

    /** The number of the choice of a file that has arrived. */
    inTime(file) {
      const choice = numberOf(file);
      if (choice < shown.choice) throw new Error('another photo was chosen while this one was on its way');
      return choice;
    },

    /** Something went wrong, which is told elsewhere: if that was a photo on its way, the line over the picture is as before. */
    failed() {
      if (isOnItsWay()) put('status', otherwise);
    },

    /** Let an answer into the page; returns values for Gradio's own components. An older one ends its chain of events. */
    show(answer) {
      if (!answer || isOlder(answer)) throw new Error('an answer for another photo came late');
      const { choice, sha256 } = answer;
      shown = { choice, sha256, picture: answer.picture ?? shown.picture };
      if (answer.offers) offer(answer.offers);
      Object.entries(answer.parts ?? {}).forEach(([name, content]) => put(name, content));
      return Object.assign([], answer.values); // what it leaves out stays as it is
    },

    /** Register a place for results; `fill` gets its content, null where there is none. */
    place(name, element, fill) {
      const empty = element.innerHTML;
      places.set(name, fill ?? ((html) => { element.innerHTML = html ?? empty; }));
      if (!contents.has(name)) contents.set(name, null);
      else put(name, contents.get(name));
    },
  };
})();
