// Names that have broken other tools: markup, directions, wildcards, tildes, quotes, and a very long one.
import type { Example } from './index.js';

export function hostile(): Example {
  const names = [
    '<img src=x onerror=alert(1)>.html',
    // Quoted as git quotes it.
    '"\\"><script>alert(2)</script>.html"',
    'annual-\u202Efdp.exe.html',
    'zero\u200Bwidth.html',
    'caf\u00E9/men\u00FC.html',
    '日本語/ページ.html',
    'runtime~main.js',
    'star*.html',
    'question?.html',
    'per%20cent.html',
    'hash#tag.html',
    "it's $(not) `a` command.html",
    'a b  c.html',
    `${'very-'.repeat(1999)}long.html`,
  ];
  return { diff: names.map((name) => `M\t${name}\n`).join('') };
}
