// The whole chain of one decision: change, rule, URLs, behaviour, covering path.
import { type Signal, useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useWords } from '../language/index.js';
import type { Chain, Like, View } from '../view/types.js';
import { Badge } from './badge.js';
import { Failed, failure, useFailure } from './failed.js';
import { Name } from './name.js';

/** A decision by its number, or a URL of the site. */
export type Subject = { index: number } | { id: string };

interface WithChainProps {
  view: View;
  revision: number;
  subject: Signal<Subject | undefined>;
  /** Where the focus goes back to. */
  back: { current: HTMLElement | null };
  lines?: { current: HTMLDivElement | null };
  children: ComponentChildren;
}

/** Lines, and beside them the chain of the one that was chosen. */
export function WithChain({ view, revision, subject, back, lines, children }: WithChainProps): JSX.Element {
  const close = () => {
    subject.value = undefined;
    back.current?.focus();
  };
  // Somebody types elsewhere, so the focus stays there.
  const gone = () => void (subject.value = undefined);
  return (
    <div class="with-chain">
      <div class="stretch" {...(lines && { ref: lines })}>{children}</div>
      {subject.value && <ChainPanel view={view} revision={revision} subject={subject.value} close={close} gone={gone} />}
    </div>
  );
}

interface ChainProps {
  view: View;
  revision: number;
  subject: Subject;
  close: () => void;
  /** There is no such thing in the answer any more. */
  gone: () => void;
}

function ChainPanel({ view, revision, subject, close, gone }: ChainProps): JSX.Element {
  const w = useWords();
  const chain = useSignal<Chain | undefined>(undefined);
  const failed = useFailure();
  const heading = useRef<HTMLHeadingElement>(null);
  const about = JSON.stringify(subject);
  const seen = useRef<{ about: string; like: Like } | undefined>(undefined);
  useEffect(() => {
    let wanted = true;
    const show = (told: Chain | undefined) => {
      if (!wanted) return;
      if (!told) return gone();
      if (told.decision) seen.current = { about, like: likeOf(told.decision) };
      chain.value = told;
      failed.value = undefined;
    };
    const like = seen.current?.about === about ? seen.current.like : undefined;
    const asked = 'index' in subject ? view.chain(subject.index, like) : view.chainOfUrl(subject.id);
    asked.then(show, (error: unknown) => wanted && (failed.value = failure(error)));
    return () => void (wanted = false);
  }, [revision, about]);
  useEffect(() => heading.current?.focus(), [about]);
  return (
    <aside class="chain" aria-label={w.chain} onKeyDown={({ key }) => key === 'Escape' && close()}>
      <header>
        <h3 tabIndex={-1} ref={heading}>{w.chain}</h3>
        <button type="button" class="plain" onClick={close} aria-label={w.close}>✕</button>
      </header>
      <Failed failure={failed} />
      {chain.value && <Links chain={chain.value} />}
    </aside>
  );
}

const likeOf = ({ path, change, reason }: Like): Like => ({ path, change, reason });

function Links({ chain }: { chain: Chain }): JSX.Element {
  const w = useWords();
  const { decision, ruleText, urls, urlsTotal, sweeps } = chain;
  const behaviours = [...new Set(urls.map(({ behaviour }) => behaviour).filter((name) => name !== undefined))];
  return (
    <ol class="links">
      <Step title={w.chainSteps.change}>
        {decision ? (
          <>
            <p class="name"><Name text={decision.path || '/'} /></p>
            {decision.from !== undefined && <p class="quiet">{w.was} <span class="name"><Name text={decision.from} /></span></p>}
            <p>
              {w.changes[decision.change]}
              {decision.commit && <span class="quiet"> · {w.commit} <code>{decision.commit.slice(0, 12)}</code></span>}
            </p>
            {decision.key !== undefined && decision.key !== decision.path && (
              <p class="quiet">{w.key} <code><Name text={decision.key} /></code></p>
            )}
          </>
        ) : (
          <p>{w.unchangedLive}</p>
        )}
      </Step>
      {decision && (
        <Step title={w.chainSteps.rule}>
          <p><Badge outcome={decision.outcome} /> {w.reasons[decision.reason]}</p>
          <p><code><Name text={decision.rule} /></code></p>
          {ruleText !== undefined && <pre class="rule">{ruleText}</pre>}
        </Step>
      )}
      <Step title={`${w.chainSteps.urls}${urlsTotal > 1 ? ` (${w.number(urlsTotal)})` : ''}`}>
        {urls.length === 0 && <p class="quiet">{w.chainSteps.none}</p>}
        <ul>
          {urls.map(({ url, form, distribution, fate, skipped }) => (
            <li key={`${distribution} ${url}`}>
              <span class={`dot ${fate}`} aria-hidden="true" />
              <span class="name"><Name text={url} /></span>{' '}
              <span class="quiet">
                {[
                  form && w.forms[form as keyof typeof w.forms],
                  distribution && w.distributionIs(distribution),
                  skipped && w.reasons[skipped as keyof typeof w.reasons],
                ]
                  .filter(Boolean)
                  .join(' · ')}
              </span>
            </li>
          ))}
        </ul>
        {urlsTotal > urls.length && <p class="quiet">{w.more(urlsTotal - urls.length)}</p>}
      </Step>
      {urls.length > 0 && (
        <Step title={w.chainSteps.behaviour}>
          {behaviours.length === 0 && <p class="quiet">{w.behaviourUnknown}</p>}
          {behaviours.map((name) => (
            <p key={name}>{name === 'default' ? w.behaviourDefault : <code><Name text={name} /></code>}</p>
          ))}
        </Step>
      )}
      <Step title={w.chainSteps.sweep}>
        {sweeps.length === 0 && <p class="quiet">{w.chainSteps.none}</p>}
        {sweeps.map(({ path, distribution, stale, over }) => (
          <p key={`${distribution} ${path}`}>
            <code class="path"><Name text={path} /></code> <span class="quiet">{w.sweepOf(stale, over)}</span>
          </p>
        ))}
        {decision?.cost && <p class="quiet">{w.shared(decision.cost.paths, decision.cost.shared)}</p>}
      </Step>
    </ol>
  );
}

function Step({ title, children }: { title: string; children: ComponentChildren }): JSX.Element {
  return (
    <li>
      <h4>{title}</h4>
      {children}
    </li>
  );
}
