// Asks the plain viewer's modules the questions that the C# is asked too; JSON in, JSON out.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const viewer = pathToFileURL(`${process.argv[2]}/`);
const { LAYOUTS, detectLayout, layoutNamed, viewAspect, viewRectangle } = await import(new URL('layouts.js', viewer));
const { SETTINGS } = await import(new URL('settings.js', viewer));
const { PARALLAX_LIMIT_M } = await import(new URL('screen.js', viewer));
const { words, names, sizes, halves } = JSON.parse(readFileSync(0, 'utf8'));
const blank = { widthPx: 1, heightPx: 1, sides: 0, stack: 0 };
console.log(
  JSON.stringify({
    keys: Object.keys(LAYOUTS),
    named: words.map(layoutNamed),
    guessed: names.map((name) => detectLayout({ ...blank, name })),
    halves: halves.map(([ratio, sides, stack]) =>
      detectLayout({ name: '', widthPx: ratio * 1000, heightPx: 1000, sides, stack }),
    ),
    views: sizes.map(([key, eye, width, height]) => ({
      ...viewRectangle(key, eye, width, height),
      aspect: viewAspect(key, width, height),
    })),
    settings: SETTINGS,
    limit: PARALLAX_LIMIT_M,
  }),
);
