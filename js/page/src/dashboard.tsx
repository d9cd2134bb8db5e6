/**
 * The page's view of an answer, to be shown anywhere: in a team's dashboard, in a report of a pipeline. It decides
 * nothing and loads nothing; the answer is one that purgeplan gave, for example `purgeplan plan --format json`.
 *
 * @packageDocumentation
 */
import { effect, signal } from '@preact/signals';
import { render } from 'preact';

import type { Failure, PlanAnswer } from '../../src/types.js';
import { speak } from './language/index.js';
import { Problems } from './parts/problems.js';
import { SummaryView } from './parts/summary.js';
import { Views } from './parts/views.js';
import style from './style/dashboard.css?inline';
import { AnswerView, type Known } from './view/answer.js';
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
  let revision = 0;
  void speak(options.language, false);
  const stop = effect(() => {
    const told = shown.value;
    revision += 1;
    if (told.type === 'failure') return render(<Problems problems={told.errors} />, host);
    const view = new AnswerView(told, known(options));
    render(
      <div class="answer">
        <SummaryView summary={view.summary()} used={used} />
        <Views view={view} revision={revision} takes={takes(told)} />
      </div>,
      host,
    );
  });
  return {
    update: (next) => void (shown.value = next),
    unmount: () => {
      stop();
      render(null, host);
      host.remove();
    },
  };
}

function known({ policy, live }: DashboardOptions): Known {
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(live && { live: async () => new Map(Object.entries(live)) }),
  };
}
