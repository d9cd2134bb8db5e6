// The whole page.
import { useSignalEffect } from '@preact/signals';
import type { JSX } from 'preact';

import { words } from './language/index.js';
import { Drop } from './parts/drop.js';
import { Header, theme } from './parts/header.js';
import { Inputs, type ExampleName } from './parts/inputs.js';
import { Results } from './parts/results.js';
import type { Session } from './session.js';

export function App({ session }: { session: Session }): JSX.Element {
  useSignalEffect(() => {
    document.title = `purgeplan: ${words.value.title}`;
    document.documentElement.lang = words.value.code;
    document.documentElement.dataset['theme'] = theme.value;
  });
  const example = async (name: ExampleName) => {
    const { fill } = await import('./examples/index.js');
    if (!session.untouched && !exampleIn(session) && !confirm(words.value.exampleOver)) return;
    fill(session, name);
    filled = JSON.stringify(typed(session));
  };
  return (
    <>
      <Header session={session} />
      <div class="columns">
        <Inputs session={session} example={(name) => void example(name).catch(() => (session.notice.value = 'partMissing'))} />
        <Results session={session} />
      </div>
      <Drop session={session} />
    </>
  );
}

/** What the last example filled in: another may take its place without a question. */
let filled = '';

function typed({ diffs, policy, live, configs, distribution }: Session): unknown {
  const fields = [diffs, live, configs].map(({ text, files }) => [text.value, ...files.value.map(({ id }) => id)]);
  return [fields, policy.value, distribution.value];
}

const exampleIn = (session: Session): boolean => filled === JSON.stringify(typed(session));
