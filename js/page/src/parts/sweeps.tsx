// The picture in words: each path, and what it reaches.
import type { JSX } from 'preact';

import { useWords } from '../language/index.js';
import type { Picture } from '../view/types.js';
import { Name } from './name.js';

export function Sweeps({ picture: { sweeps, sweepsTotal, liveKnown } }: { picture: Picture }): JSX.Element {
  const w = useWords();
  return (
    <div class="sweeps" role="region" aria-label={w.sweeps} tabIndex={0}>
      <h3>{w.sweeps}</h3>
      <table>
        <thead>
          <tr>
            <th scope="col">{w.sweepColumns.path}</th>
            <th scope="col">{w.sweepColumns.stale}</th>
            {liveKnown && <th scope="col">{w.sweepColumns.over}</th>}
          </tr>
        </thead>
        <tbody>
          {sweeps.map(({ distribution, path, wildcard, stale, over }) => (
            <tr key={`${distribution} ${path}`} class={wildcard ? 'wildcard' : ''}>
              <td><code><Name text={path} /></code></td>
              <td>{w.number(stale)}</td>
              {liveKnown && <td>{w.number(over ?? 0)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {sweepsTotal > sweeps.length && <p class="quiet">{w.more(sweepsTotal - sweeps.length)}</p>}
    </div>
  );
}
