// Asks the plain viewer's modules the questions that the C# is asked too; JSON in, JSON out.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const viewer = pathToFileURL(`${process.argv[2]}/`);
const { LAYOUTS, layoutNamed, viewAspect, viewRectangle } = await import(new URL('layouts.js', viewer));
const { detectLayout } = await import(new URL('recognition.js', viewer));
const { SETTINGS } = await import(new URL('settings.js', viewer));
const { PARALLAX_LIMIT_M } = await import(new URL('screen.js', viewer));
const { words, files, sizes } = JSON.parse(readFileSync(0, 'utf8'));
console.log(
  JSON.stringify({
    keys: Object.keys(LAYOUTS),
    named: words.map(layoutNamed),
    guessed: files.map(([name, ratio, sides, stack]) =>
      detectLayout({ name, widthPx: ratio * 1000, heightPx: 1000, sides, stack }),
    ),
    views: sizes.map(([key, eye, width, height]) => ({
      ...viewRectangle(key, eye, width, height),
      aspect: viewAspect(key, width, height),
    })),
    settings: SETTINGS,
    limit: PARALLAX_LIMIT_M,
  }),
);
