// What if there were fewer paths: cost against what is purged without need.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import type { WhatIf as Told } from '../engine/types.js';
import { useWords } from '../language/index.js';
import type { Session } from '../session.js';
import { cost, dollars } from '../view/cost.js';
import type { Summary } from '../view/types.js';
import { Curve } from './curve.js';
import { Failed, failure, useFailure } from './failed.js';
import { Name } from './name.js';

/** No limit, in effect: what the plan has before it is widened. */
const UNLIMITED = 4_000_000;
const SAMPLES = 14;
/** A plan that takes longer is asked for fewer points of the curve. */
const SLOW_MS = 1500;

export function WhatIf({ session, summary }: { session: Session; summary: Summary }): JSX.Element {
  const w = useWords();
  const revision = session.revision.value;
  const full = useSignal<Told | undefined>(undefined);
  const points = useSignal<Told[]>([]);
  const limit = useSignal<number | undefined>(undefined);
  const now = useSignal<Told | undefined>(undefined);
  const said = useSignal('');
  const failed = useFailure();
  const least = 2 * Math.max(1, summary.distributions.length);

  useEffect(() => {
    let wanted = true;
    points.value = [];
    const ask = async (count: number): Promise<Told | undefined> => {
      const told = await session.client.whatIf(count);
      return wanted && !('type' in told) ? told : undefined;
    };
    const draw = async () => {
      const all = await ask(UNLIMITED);
      if (failed.value !== undefined) return <Failed failure={failed} />;
  if (!all) return;
      full.value = all;
      points.value = [all];
      const here = limit.value ?? summary.billedPaths;
      now.value = here < all.billedPaths ? await ask(Math.max(here, least)) : all;
      for (const count of samples(least, all.billedPaths, all.milliseconds > SLOW_MS ? 4 : SAMPLES)) {
        const point = await ask(count);
        if (!wanted) return;
        if (point) points.value = [...points.value, point].sort((a, b) => a.billedPaths - b.billedPaths);
      }
    };
    failed.value = undefined;
    draw().catch((error: unknown) => wanted && (failed.value = failure(error)));
    return () => void (wanted = false);
  }, [revision]);

  useEffect(() => {
    const count = limit.value;
    if (count === undefined) return;
    const timer = setTimeout(() => {
      session.client.whatIf(count).then((told) => {
        if (!('type' in told) && limit.value === count) now.value = told;
      }, () => {});
    }, 60);
    return () => clearTimeout(timer);
  }, [limit.value, revision]);

  const all = full.value;
  if (failed.value !== undefined) return <Failed failure={failed} />;
  if (!all) return <div class="what-if" aria-busy="true" />;
  if (all.billedPaths <= least) return <p class="quiet padded">{w.whatIfFew}</p>;
  const chosen = Math.max(least, Math.min(limit.value ?? summary.billedPaths, all.billedPaths));
  const shown = now.value ?? all;
  const money = dollars(cost(shown.billedPaths, session.used.value));
  const use = () => {
    const text = withLimit(session.policy.value, session.preset.value, chosen);
    if (text === undefined) said.value = w.whatIfBroken;
    else session.policy.value = text;
  };
  return (
    <div class="what-if">
      <p class="quiet">{w.whatIfIntro} {all.overPurged === undefined && w.whatIfUnknown}</p>
      <label class="slider">
        <span>{w.budget} <output>{w.number(chosen)}</output></span>
        <input
          type="range"
          min={least}
          max={all.billedPaths}
          value={chosen}
          aria-valuetext={w.whatIfNow(chosen, money)}
          onInput={({ currentTarget }) => (limit.value = Number(currentTarget.value))}
        />
      </label>
      <p class="what-if-now" role="status">
        <strong>{w.whatIfNow(shown.billedPaths, money)}</strong>
        {shown.overPurged !== undefined && <span class="over-text">{w.whatIfOver(shown.overPurged)}</span>}
        <button type="button" class="small" onClick={use}>{w.whatIfUse}</button>
        <span role="status">{said.value}</span>
      </p>
      {all.overPurged !== undefined && <Curve points={points.value} now={shown} most={all.billedPaths} />}
      {shown.shown.length > 0 && (
        <ul class="wildcards">
          {shown.shown.map((path) => <li key={path}><code><Name text={path} /></code></li>)}
        </ul>
      )}
    </div>
  );
}

/** Limits between the least and the most, closer together where there are few paths: there the curve bends. */
function samples(least: number, most: number, count: number): number[] {
  const ratio = most / least;
  const limits = Array.from({ length: count }, (_, at) => Math.round(least * ratio ** (at / count)));
  return [...new Set(limits)].reverse();
}

/** The policy, or the preset alone, with the limit in it; nothing when it is no JSON object. */
function withLimit(policy: string, preset: string, limit: number): string | undefined {
  try {
    const document = policy.trim() ? (JSON.parse(policy) as object) : { preset };
    if (typeof document !== 'object' || document === null || Array.isArray(document)) return undefined;
    return `${JSON.stringify({ ...document, max_paths: { limit, then: 'widen' } }, null, 2)}\n`;
  } catch {
    return undefined;
  }
}
