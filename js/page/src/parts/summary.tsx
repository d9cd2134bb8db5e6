// The answer in one look.
import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

import { useWords } from '../language/index.js';
import { cost, dollars, freeLeft } from '../view/cost.js';
import type { Summary } from '../view/types.js';
import { Prose } from './name.js';

export function SummaryView({ summary, used }: { summary: Summary; used: Signal<number> }): JSX.Element {
  const w = useWords();
  const { billedPaths, overPurged } = summary;
  const facts: [string, string, string?][] = [
    [w.facts.changes, w.number(summary.changes)],
    [w.facts.urls, w.number(summary.urls)],
    [w.facts.paths, w.number(billedPaths)],
    [w.facts.wildcards, w.number(summary.wildcards)],
    [w.facts.over, overPurged === undefined ? w.unknown : w.number(overPurged), overPurged === undefined ? w.overUnknown : undefined],
  ];
  return (
    <section class="summary" aria-label={w.results}>
      <p class="headline">{w.headline(billedPaths, summary.urls)}</p>
      <dl class="facts">
        {facts.map(([name, value, note]) => (
          <div key={name} title={note}>
            <dt>{name}</dt>
            <dd class={note ? 'unknown' : ''}>{value}</dd>
          </div>
        ))}
        <div class="cost">
          <dt>{w.facts.cost}</dt>
          <dd>{dollars(cost(billedPaths, used.value))}</dd>
        </div>
      </dl>
      <p class="quiet under">
        <label>
          {w.used}{' '}
          <input
            type="number"
            min="0"
            max="9999999"
            step="1"
            value={used.value}
            onInput={({ currentTarget }) => (used.value = Math.max(0, Math.floor(Number(currentTarget.value) || 0)))}
          />
        </label>
        <span>{w.costNote(freeLeft(billedPaths, used.value))}</span>
        <span>{w.decidedBy(summary.policyGiven, summary.preset)}</span>
      </p>
      {summary.distributions.length > 1 && (
        <ul class="distributions quiet">
          {summary.distributions.map(({ id, billedPaths: paths, wildcards }) => (
            <li key={id}>{`${id}: ${w.facts.paths} ${w.number(paths)}, ${w.facts.wildcards} ${w.number(wildcards)}`}</li>
          ))}
        </ul>
      )}
      <Remarks summary={summary} />
    </section>
  );
}

function Remarks({ summary: { remarks, remarksTotal } }: { summary: Summary }): JSX.Element | null {
  const w = useWords();
  if (remarks.length === 0) return null;
  const warns = remarks.some(({ severity }) => severity === 'warning');
  return (
    <details class={warns ? 'remarks warns' : 'remarks'} open={remarks.length <= 3}>
      <summary>{w.remarks(remarksTotal)}</summary>
      <ul>
        {remarks.map(({ severity, code, message, help }, index) => (
          <li key={index} class={severity}>
            <strong>{w.severity[severity]}</strong> <code class="quiet">{code}</code>
            <p lang="en"><Prose text={message} /></p>
            <p class="quiet" lang="en"><Prose text={help} /></p>
          </li>
        ))}
      </ul>
      {remarksTotal > remarks.length && <p class="quiet">{w.more(remarksTotal - remarks.length)}</p>}
    </details>
  );
}
