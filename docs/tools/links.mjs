// Finds links of the documentation that lead nowhere: files and anchors, in the sources and in the built book.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const AWAY = /^(?:[a-z][a-z0-9+.-]*:|\/\/)/i;

/** The Markdown files that people read, from the root: all but those of dependencies and of fixtures. */
export function pages() {
  const top = ['README.md', 'README.ja.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'];
  const more = [
    'js/README.md',
    'js/page/README.md',
    'bench/README.md',
    'fuzz/README.md',
    'host-lambda/iam/README.md',
    'examples/cdk/README.md',
  ];
  const book = readdirSync(join(ROOT, 'docs/src'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/src/${name}`);
  return [...top, ...more, ...book].filter((path) => existsSync(join(ROOT, path)));
}

/** What is wrong with the links of a Markdown file. A page of the book must not lead out of the book. */
export function faultsOfMarkdown(path) {
  const text = withoutCode(readFileSync(join(ROOT, path), 'utf8'));
  const links = [...text.matchAll(/\]\(([^()\s]+)\)|\b(?:href|src)="([^"]+)"/g)].map((match) => match[1] ?? match[2]);
  const inBook = path.startsWith('docs/src/');
  return links.flatMap((link) => {
    if (AWAY.test(link)) return [];
    const [file, anchor] = link.split('#');
    const target = file === '' ? path : relative(ROOT, join(ROOT, dirname(path), decodeURI(file)));
    if (!existsSync(join(ROOT, target))) return [`${path}: \`${link}\` is no file`];
    if (inBook && !target.startsWith('docs/src/')) return [`${path}: \`${link}\` leads out of the book`];
    if (anchor === undefined || !target.endsWith('.md')) return [];
    return anchors(readFileSync(join(ROOT, target), 'utf8')).has(anchor) ? [] : [`${path}: \`${link}\` is no heading`];
  });
}

/** What is wrong with the links of a built page; `folder` is the book. */
export function faultsOfHtml(folder, path) {
  const text = readFileSync(join(folder, path), 'utf8');
  const links = [...text.matchAll(/<(?:a|img|link|script)\b[^>]*?\b(?:href|src)="([^"]*)"/g)].map(([, link]) =>
    link.replaceAll('&amp;', '&'),
  );
  return links.flatMap((link) => {
    if (AWAY.test(link) || link === '') return [];
    const [file, anchor] = link.split('#');
    const target = file === '' ? path : join(dirname(path), decodeURI(file.split('?')[0]));
    if (!existsSync(join(folder, target)) || statSync(join(folder, target)).isDirectory())
      return [`${path}: \`${link}\` is no file`];
    if (!anchor || !target.endsWith('.html')) return [];
    const ids = readFileSync(join(folder, target), 'utf8');
    return ids.includes(`id="${decodeURIComponent(anchor)}"`) ? [] : [`${path}: \`${link}\` is no anchor`];
  });
}

/** The anchors of a Markdown file's headings, as mdBook and forges make them. */
function anchors(text) {
  const seen = new Map();
  const headings = withoutCode(text, { inline: false }).matchAll(/^#{1,6} +(.+?) *$/gm);
  return new Set(
    [...headings].map(([, heading]) => {
      const words = heading.replaceAll(/!?\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
      const slug = words
        .replaceAll(/[^\p{Letter}\p{Mark}\p{Number}_ -]/gu, '')
        .trim()
        .replaceAll(' ', '-');
      const count = seen.get(slug) ?? 0;
      seen.set(slug, count + 1);
      return count === 0 ? slug : `${slug}-${count}`;
    }),
  );
}

function withoutCode(text, { inline = true } = {}) {
  const blocks = text.replaceAll(/^(`{3,})[^\n]*\n[\s\S]*?^\1/gm, '');
  return inline ? blocks.replaceAll(/`[^`\n]*`/g, '') : blocks;
}
