// What came of the inputs: at work, wrong, or an answer.
import type { JSX } from 'preact';

import { useWords } from '../language/index.js';
import { fragmentOf } from '../link.js';
import type { Session } from '../session.js';
import { Problems } from './problems.js';
import { SummaryView } from './summary.js';
import { Views } from './views.js';

const TAKES = ['paths', 'aws-cli', 'api', 'markdown', 'answer'] as const;

export function Results({ session }: { session: Session }): JSX.Element {
  const w = useWords();
  const outcome = session.outcome.value;
  const success = session.success.value;
  const revision = session.revision.value;
  const failed = outcome?.type === 'failure';
  const link = async () => {
    const told = await fragmentOf(session);
    if ('tooLarge' in told) return { refused: w.linkTooLarge(w.size(told.tooLarge), w.size(told.most), told.packed) };
    return { link: location.href.split('#', 1)[0] + told.fragment };
  };
  return (
    <main class="results" id="answer" tabIndex={-1} aria-label={w.results}>
      <Status session={session} />
      {session.notice.value && <p class="problems" role="alert">{w[session.notice.value]}</p>}
      {failed && <Problems problems={outcome.problems} show={(at) => (session.shown.value = { ...at })} />}
      {session.empty && !failed && session.ready.value && !session.stopped.value && <p class="empty">{w.empty}</p>}
      {!session.empty && success && (
        <div class="answer">
          {failed && <p class="quiet">{w.older}</p>}
          <SummaryView summary={success.summary} used={session.used} />
          <Views
            view={session.client.view}
            revision={revision}
            takes={TAKES}
            tab={session.tab}
            link={{ make: link, stamp: session.given.value }}
            whatIf={{ session, summary: success.summary }}
          />
        </div>
      )}
    </main>
  );
}

/** What happens now. It has its place always, so that nothing jumps. */
function Status({ session }: { session: Session }): JSX.Element {
  const w = useWords();
  const progress = session.progress.value;
  const outcome = session.outcome.value;
  if (session.broken.value) {
    return (
      <div class="status" role="alert">
        {w.loadFailed} <span class="quiet" lang="en">{session.broken.value}</span> <Again session={session} />
      </div>
    );
  }
  if (!session.ready.value) return <div class="status" role="status">{w.loading}</div>;
  if (session.stopped.value) {
    return (
      <div class="status" role="status">
        {w.stopped} <Again session={session} />
      </div>
    );
  }
  if (!progress) {
    return <div class="status quiet" role="status">{outcome && !session.empty ? w.answered(outcome.milliseconds) : ''}</div>;
  }
  const known = progress.total > 0;
  return (
    <div class="status working">
      <span role="status">{w.steps[progress.step]}</span>
      <progress aria-label={w.steps[progress.step]} {...(known ? { value: progress.done, max: progress.total } : {})} />
      {known && <span class="quiet">{`${w.size(progress.done)} / ${w.size(progress.total)}`}</span>}
      <button type="button" class="small" onClick={() => (focusAnswer(), session.cancel())}>{w.cancel}</button>
    </div>
  );
}

function Again({ session }: { session: Session }): JSX.Element {
  return <button type="button" class="small" onClick={() => (focusAnswer(), void session.ask())}>{useWords().again}</button>;
}

/** A button that goes away leaves the focus here. */
function focusAnswer(): void {
  document.getElementById('answer')?.focus({ preventScroll: true });
}
