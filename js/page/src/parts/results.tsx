// What came of the inputs: at work, wrong, or an answer.
import type { JSX } from 'preact';

import { words } from '../language/index.js';
import { fragmentOf } from '../link.js';
import type { Session } from '../session.js';
import { Problems } from './problems.js';
import { SummaryView } from './summary.js';
import { Views } from './views.js';

const TAKES = ['paths', 'aws-cli', 'api', 'markdown', 'answer'] as const;

export function Results({ session }: { session: Session }): JSX.Element {
  const w = words.value;
  const outcome = session.outcome.value;
  const success = session.success.value;
  const revision = session.revision.value;
  const failed = outcome?.type === 'failure';
  const link = async () => {
    const told = await fragmentOf(session);
    if ('tooLarge' in told) return { refused: w.linkTooLarge(w.size(told.tooLarge)) };
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
            link={link}
            whatIf={{ session, summary: success.summary }}
          />
        </div>
      )}
    </main>
  );
}

/** What happens now. It has its place always, so that nothing jumps. */
function Status({ session }: { session: Session }): JSX.Element {
  const w = words.value;
  const progress = session.progress.value;
  const outcome = session.outcome.value;
  if (session.broken.value) return <div class="status" role="alert">{w.loadFailed} <span class="quiet" lang="en">{session.broken.value}</span></div>;
  if (!session.ready.value) return <div class="status" role="status">{w.loading}</div>;
  if (session.stopped.value) {
    return (
      <div class="status" role="status">
        {w.stopped} <button type="button" class="small" onClick={() => void session.ask()}>{w.again}</button>
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
      <button type="button" class="small" onClick={() => session.cancel()}>{w.cancel}</button>
    </div>
  );
}
