/**
 * The page's view of an answer, to be shown anywhere: in a team's dashboard, in a report of a pipeline. It decides
 * nothing and loads nothing; the answer is one that purgeplan gave, for example `purgeplan plan --format json`.
 *
 * @packageDocumentation
 */
import { effect, signal } from '@preact/signals';
import { type JSX, render } from 'preact';

import type { Failure, PlanAnswer } from '../../src/types.js';
import { en } from './language/en.js';
import { InWords, preferred, wordsOf } from './language/index.js';
import { Problems } from './parts/problems.js';
import { SummaryView } from './parts/summary.js';
import { type Tab, Views } from './parts/views.js';
import style from './style/dashboard.css?inline';
import { AnswerView, type Known } from './view/answer.js';
import { encoded } from './view/encode.js';
import { freshKeys, type Live } from './view/live.js';
import { idOf } from './view/site.js';
import { Folds } from './view/tree.js';
import type { Take } from './view/types.js';

export interface DashboardOptions {
  /** Without it, the browser's. */
  language?: 'en' | 'ja';
  /** Without it, the browser's. */
  theme?: 'light' | 'dark';
  /** How many invalidation paths the account used this month before. */
  used?: number;
  /** The policy's text: the rules' own words are shown. */
  policy?: string;
  /** All live URLs of each distribution, by its id: what did not change is shown too. */
  live?: Readonly<Record<string, readonly string[]>>;
}

export interface Dashboard {
  /** Shows another answer; what was chosen stays. */
  update(answer: PlanAnswer | Failure): void;
  /** Takes everything out of the element again. */
  unmount(): void;
}

/** What CloudFront's API takes needs a caller reference, which an answer of log lines may not have. */
function takes({ distributions }: PlanAnswer): readonly Take[] {
  const complete = distributions.every(({ batches }) => batches.every(({ caller_reference }) => caller_reference !== ''));
  return complete ? ['paths', 'api', 'answer'] : ['paths', 'answer'];
}

export { answerOfLog } from './log.js';

/**
 * Shows an answer in an element. It lies in a shadow tree, so no style goes in or out; its height is its own.
 *
 * ```ts
 * const dashboard = mount(document.querySelector('#plan'), answer, { language: 'en' });
 * ```
 */
export function mount(target: Element, answer: PlanAnswer | Failure, options: DashboardOptions = {}): Dashboard {
  const root = target.shadowRoot ?? target.attachShadow({ mode: 'open' });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  const host = document.createElement('div');
  host.className = 'purgeplan';
  if (options.theme) host.dataset['theme'] = options.theme;
  root.append(host);

  const shown = signal(answer);
  const used = signal(options.used ?? 0);
  const tab = signal<Tab>('table');
  const folds = new Folds();
  const words = signal(en);
  let revision = 0;
  const language = options.language ?? preferred();
  void wordsOf(language).then((told) => (words.value = told));
  const content = (told: PlanAnswer | Failure): JSX.Element => {
    if (told.type === 'failure') return <Problems problems={told.errors} />;
    const view = new AnswerView(told, { ...known(told, options), folds });
    return (
      <div class="answer">
        <SummaryView summary={view.summary()} used={used} />
        <Views view={view} revision={revision} takes={takes(told)} tab={tab} />
      </div>
    );
  };
  const spoken = effect(() => void (host.lang = words.value.code));
  const stop = effect(() => {
    const told = shown.value;
    revision += 1;
    render(<InWords.Provider value={words}>{content(told)}</InWords.Provider>, host);
  });
  return {
    update: (next) => void (shown.value = next),
    unmount: () => {
      stop();
      spoken();
      render(null, host);
      host.remove();
    },
  };
}

function known(answer: PlanAnswer, { policy, live }: DashboardOptions): Known {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(live && { live: async () => liveOf(answer, live) }),
  };
}

/** The core is not here, so of a new object only the URL that is its key can be told. */
function liveOf(answer: PlanAnswer, live: NonNullable<DashboardOptions['live']>): Live {
  const known = new Map<string, number>([...freshKeys(answer)].map(([key, index]) => [`/${encoded(key)}`, index]));
  const fresh = new Map<string, number>();
  const urls = new Map<string, string[]>();
  for (const [distribution, listed] of Object.entries(live)) {
    urls.set(distribution, listed.filter((url) => !known.has(url)));
    for (const url of listed) if (known.has(url)) fresh.set(idOf(distribution, url), known.get(url)!);
  }
  return { urls, fresh };
}
