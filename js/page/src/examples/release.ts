// A documentation release: nearly all of one version is new, the others stay. All is known that is live, so the limit on paths
// is kept with the wildcards that purge the least without need.
import type { Example } from './index.js';

const CHAPTERS = ['guide', 'reference', 'tutorials', 'cookbook', 'internals'];
const PAGES = [
  'index', 'install', 'first-steps', 'configuration', 'routing', 'caching', 'security', 'logging', 'metrics', 'testing',
  'deployment', 'upgrading', 'plugins', 'errors', 'limits', 'faq', 'glossary', 'performance', 'storage', 'networking',
];

function pages(version: string): string[] {
  return CHAPTERS.flatMap((chapter) => PAGES.map((page) => `docs/${version}/${chapter}/${page}.html`));
}

export function release(): Example {
  const changed = pages('v3').filter((_, at) => at % 17 !== 5);
  const diff = [...changed.map((path) => `M\t${path}`), 'M\tindex.html', 'M\tdocs/versions.json', 'A\tblog/version-3-1.html', 'M\tblog/index.html', ''];
  const live = [
    'index.html',
    'robots.txt',
    'docs/versions.json',
    ...['v1', 'v2', 'v3'].flatMap(pages),
    'blog/index.html',
    ...Array.from({ length: 24 }, (_, at) => `blog/news-${at + 1}.html`),
    ...['site.css', 'site.js', 'search.js', 'logo.svg'].map((name) => `assets/${name}`),
  ];
  const policy = {
    distributions: [{ id: 'E2DOCS3RELEASE', urls: { directory: true } }],
    max_paths: { limit: 12, then: 'widen' },
  };
  return { diff: diff.join('\n'), live: `${live.join('\n')}\n`, policy: `${JSON.stringify(policy, null, 2)}\n` };
}
