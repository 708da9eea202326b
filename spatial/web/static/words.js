// The page in the visitor's language: the first one in the browser's list that there are words for, or ?lang=de in the address.
// Every sentence is a text of its own, so texts and the names of things are exchanged where they stand, whoever put them there.
// In English nothing happens at all.
(() => {
  const LANGUAGES = ['en', 'de', 'fr', 'es', 'ja', 'zh'];
  const asked = [new URLSearchParams(location.search).get('lang') ?? [], navigator.languages].flat();
  const language = asked.map((tag) => tag.toLowerCase().split('-')[0]).find((tag) => LANGUAGES.includes(tag)) ?? 'en';
  if (language === 'en') return;
  const NAMES = ['aria-label', 'alt', 'title', 'placeholder'];
  const KEPT = 'script, style, pre, .filename, [translate=no]'; // names of a visitor's files are no words
  const root = location.pathname.replace(/(s\/[^/]+(\/delete)?)?$/, '');
  const exact = new Map();
  const patterns = [];

  const learn = (table) => {
    const literal = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    Object.entries(table).forEach(([english, words]) => {
      if (!english.includes('{}')) exact.set(english, words);
      else patterns.push([new RegExp(`^${english.split('{}').map(literal).join('(.+?)')}$`), words]);
    });
    patterns.sort(([one], [other]) => other.source.length - one.source.length); // the one that says most counts
  };
  /** The words for an English text, in which {} is what varies, or {1} the second of it; null where there are none. */
  const translated = (text) => {
    if (exact.has(text)) return exact.get(text);
    for (const [pattern, words] of patterns) {
      const [, ...varying] = pattern.exec(text) ?? [];
      let next = 0;
      if (varying.length) return words.replace(/\{(\d?)\}/g, (_, place) => spoken(varying[place || next++]));
    }
    return null;
  };
  const spoken = (text) => translated(text) ?? text;

  const exchange = (text, put) => {
    const english = text?.trim().replace(/\s+/g, ' ');
    const words = english && translated(english);
    if (words && words !== english) put(text.replace(/\S(.*\S)?/s, () => words));
  };
  const speakText = (node) => exchange(node.data, (words) => { node.data = words; });
  const speakNames = (element) => NAMES.forEach((name) => {
    exchange(element.getAttribute(name), (words) => element.setAttribute(name, words));
  });
  const speak = (node) => {
    const element = node.nodeType === Node.TEXT_NODE ? node.parentElement : node;
    if (!element?.closest || element.closest(KEPT)) return;
    if (element !== node) speakText(node);
    else {
      speakNames(element);
      element.childNodes.forEach(speak);
    }
  };
  /** A menu shows its choice as if it were typed; what is being typed is left alone. */
  const speakMenus = () => document.querySelectorAll('[role=combobox]:not(:focus)').forEach((menu) => {
    exchange(menu.value, (words) => { menu.value = words; });
  });

  const observer = new MutationObserver((records) => heed(records));
  const heed = (records) => {
    new Set(records.flatMap(({ target, addedNodes, type }) => (type === 'childList' ? [...addedNodes] : [target]))).forEach(speak);
    speakMenus();
    observer.takeRecords(); // of what was done here
  };
  const begin = (table) => {
    learn(table);
    document.documentElement.lang = language;
    observer.observe(document, { childList: true, subtree: true, characterData: true, attributeFilter: NAMES });
    heed([{ type: 'attributes', target: document.documentElement }]);
  };
  fetch(`${root}words/${language}.json`, { cache: 'no-cache' }).then((answer) => answer.json()).then(begin).catch(() => {});
})();
