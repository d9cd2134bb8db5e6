// Everything that is given.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { DiffFormat } from '../../../src/types.js';
import type { LiveKind } from '../engine/types.js';
import { useWords } from '../language/index.js';
import type { Session } from '../session.js';
import { PolicyField } from './policy-field.js';
import { TextField } from './text-field.js';

export const EXAMPLES = ['blog', 'release', 'rename', 'hostile'] as const;
export type ExampleName = (typeof EXAMPLES)[number];

export function Inputs({ session, example }: { session: Session; example: (name: ExampleName) => void }): JSX.Element {
  const w = useWords();
  return (
    <form class="inputs" aria-label={w.inputs} onSubmit={(event) => event.preventDefault()}>
      <section>
        <h2>{w.diff}</h2>
        <TextField session={session} input="diffs" label={w.diff} hint={w.diffHint} rows={12} placeholder={PLACEHOLDER}>
          <label>
            <span class="visually-hidden">{w.format}</span>
            <select value={session.format.value} onChange={({ currentTarget }) => (session.format.value = currentTarget.value as DiffFormat)}>
              {Object.entries(w.formats).map(([format, name]) => (
                <option key={format} value={format}>{name}</option>
              ))}
            </select>
          </label>
        </TextField>
        <p class="examples">
          <span class="quiet">{w.examples}</span>
          {EXAMPLES.map((name) => (
            <button key={name} type="button" class="link" onClick={() => example(name)}>{w.example[name]}</button>
          ))}
        </p>
      </section>
      <section>
        <h2>{w.policy} <Optional /></h2>
        <PolicyField session={session} />
      </section>
      <Folded title={w.live} filled={!session.live.empty}>
        <TextField session={session} input="live" label={w.live} hint={w.liveHint} rows={6}>
          <label>
            <span class="visually-hidden">{w.liveKind}</span>
            <select value={session.liveKind.value} onChange={({ currentTarget }) => (session.liveKind.value = currentTarget.value as LiveKind)}>
              {Object.entries(w.liveKinds).map(([kind, name]) => (
                <option key={kind} value={kind}>{name}</option>
              ))}
            </select>
          </label>
          <label class="check">
            <input type="checkbox" checked={session.liveComplete.value} onChange={({ currentTarget }) => (session.liveComplete.value = currentTarget.checked)} />
            {w.liveComplete}
          </label>
        </TextField>
      </Folded>
      <Folded title={w.distribution} filled={!session.configs.empty || session.distribution.value !== ''}>
        <TextField session={session} input="configs" label={w.distribution} hint={w.distributionHint} rows={6}>
          <label>
            <span class="visually-hidden">{w.distributionId}</span>
            <input
              type="text"
              size={16}
              value={session.distribution.value}
              placeholder={w.distributionId}
              onInput={({ currentTarget }) => (session.distribution.value = currentTarget.value)}
            />
          </label>
        </TextField>
      </Folded>
    </form>
  );
}

const PLACEHOLDER = 'M\tindex.html\nD\tdocs/old.html\nR100\tdocs/a.html\tdocs/b.html';

function Optional(): JSX.Element {
  return <span class="quiet optional">{useWords().optional}</span>;
}

/** What most people do not need is folded away, until it is filled. Nothing folds it again: somebody may be typing in it. */
function Folded({ title, filled, children }: { title: string; filled: boolean; children: ComponentChildren }): JSX.Element {
  const box = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    if (filled && box.current) box.current.open = true;
  }, [filled]);
  return (
    <details class="folded" ref={box}>
      <summary>
        <h2>{title} <Optional /></h2>
      </summary>
      {children}
    </details>
  );
}
