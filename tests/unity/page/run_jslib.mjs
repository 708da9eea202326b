// Runs a .jslib, from standard input, as the linker's library would be, with a page that has a head; prints what each function does.
import { readFileSync } from 'node:fs';
import { createContext, runInContext } from 'node:vm';

const content = process.argv[2];
const events = [];
const memory = new Map();
const library = {};
const answers = [];
const drawn = [];
const meta = { getAttribute: (name) => (name === 'content' ? content : null) };
const page = {
  LibraryManager: { library },
  mergeInto: Object.assign,
  UTF8ToString: (pointer) => memory.get(pointer),
  lengthBytesUTF8: (text) => Buffer.byteLength(text),
  stringToUTF8: (text, pointer, size) => memory.set(pointer, Buffer.from(text).subarray(0, size - 1).toString()),
  _malloc: (size) => memory.set(64, '').size && size && 64,
  CustomEvent: class {
    constructor(type, { detail }) {
      Object.assign(this, { type, detail });
    }
  },
  SendMessage: (...sent) => answers.push(sent),
  fetch: async (address) => ({ blob: async () => address }),
  createImageBitmap: async (address) => {
    if (address !== 'large.jpg') throw new Error('no picture');
    return { width: 20001, height: 9000, close: () => drawn.push('closed') };
  },
  OffscreenCanvas: class {
    constructor(width, height) {
      Object.assign(this, { width, height });
    }

    getContext() {
      return { drawImage: (bitmap, ...place) => drawn.push(place) };
    }

    async convertToBlob({ type }) {
      return `${type} ${this.width} x ${this.height}`;
    }
  },
  URL: { createObjectURL: (blob) => `blob:${blob}` },
  document: { querySelector: (selector) => (selector === 'meta[name="viewer-origins"]' ? meta : null) },
};
page.window = { dispatchEvent: ({ type, detail }) => events.push({ type, detail }) };
runInContext(readFileSync(0, 'utf8'), createContext(page));
memory.set(1, 'error').set(2, 'no “picture”');
library.StereoPost(1, 2);
const origins = memory.get(library.StereoWelcomeOrigins());
memory.set(3, 'large.jpg').set(4, 'torn.jpg');
library.StereoShrink(3, 8192, 7);
await new Promise((done) => setTimeout(done, 10));
library.StereoShrink(4, 8192, 8);
await new Promise((done) => setTimeout(done, 10));
const arity = Object.fromEntries(Object.entries(library).map(([name, deed]) => [name, deed.length]));
console.log(JSON.stringify({ events, origins, arity, answers, drawn }));
