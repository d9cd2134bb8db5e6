// What is wrong with the inputs, each with its line.
import type { JSX } from 'preact';

import type { Located, Problem } from '../engine/types.js';
import { useWords } from '../language/index.js';
import { Name, Prose } from './name.js';

const MOST = 20;

export function Problems({ problems, show }: { problems: Problem[]; show?: (at: Located) => void }): JSX.Element {
  const w = useWords();
  return (
    <section class="problems" role="alert">
      <h2>{w.problems(problems.length)}</h2>
      <ol>
        {problems.slice(0, MOST).map(({ message, help, code, at }, index) => (
          <li key={index}>
            <p lang="en"><Prose text={message} /> <code class="quiet code">{code}</code></p>
            <p class="quiet" lang="en"><Prose text={help} /></p>
            {at && <Place at={at} {...(show && { show: () => show(at) })} />}
          </li>
        ))}
      </ol>
      {problems.length > MOST && <p class="quiet">{w.more(problems.length - MOST)}</p>}
    </section>
  );
}

function Place({ at, show }: { at: Located; show?: () => void }): JSX.Element {
  const w = useWords();
  const field = { diffs: w.diff, policy: w.policy, configs: w.distribution, live: w.live }[at.input];
  const [before, marked, after] = at.excerpt;
  return (
    <>
      <p class="where">
        <span><Name text={w.at(at.name || field, at.line, at.column)} /></span>
        {show && at.name === '' && <button type="button" class="plain" onClick={show}>{w.show}</button>}
      </p>
      <pre class="excerpt">
        <span class="line-number" aria-hidden="true">{at.line}</span>
        <Name text={before} />
        <mark><Name text={marked || ' '} /></mark>
        <Name text={after} />
      </pre>
    </>
  );
}
