// What a person takes along: text to copy, files, a link.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';

import { useWords } from '../language/index.js';
import { Failed, failure, useFailure } from './failed.js';
import type { Take, View } from '../view/types.js';

const FILES: Record<Take | 'link', [string, string]> = {
  paths: ['paths.txt', 'text/plain'],
  'aws-cli': ['invalidate.sh', 'text/x-shellscript'],
  api: ['invalidations.json', 'application/json'],
  markdown: ['purgeplan.md', 'text/markdown'],
  answer: ['answer.json', 'application/json'],
  link: ['link.txt', 'text/plain'],
};
const SHOWN = 20_000;

export interface TakeAwayProps {
  view: View;
  revision: number;
  takes: readonly Take[];
  /** Makes the link, or says why there is none; the stamp is another one when the inputs are. */
  link?: { make: () => Promise<{ link: string } | { refused: string }>; stamp: number };
}

export function TakeAway({ view, revision, takes, link }: TakeAwayProps): JSX.Element {
  const w = useWords();
  const what = useSignal<Take | 'link'>(takes[0] ?? 'paths');
  const text = useSignal<string | undefined>(undefined);
  const said = useSignal('');
  const refused = useSignal('');
  const failed = useFailure();

  useEffect(() => {
    let wanted = true;
    said.value = '';
    refused.value = '';
    failed.value = undefined;
    text.value = undefined;
    const made = async () => {
      if (what.value !== 'link' || !link) return view.take(what.value as Take);
      const told = await link.make();
      if ('link' in told) return told.link;
      if (wanted) refused.value = told.refused;
      return '';
    };
    made().then(
      (told) => wanted && (text.value = told),
      (error: unknown) => wanted && (failed.value = failure(error)),
    );
    return () => void (wanted = false);
  }, [what.value, what.value === 'link' ? link?.stamp : revision]);

  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text.value ?? '');
      said.value = w.copied;
    } catch {
      said.value = w.copyFailed;
    }
  };
  const save = () => {
    const [name, type] = FILES[what.value];
    download(name, new Blob([text.value ?? ''], { type }));
  };
  const long = (text.value?.length ?? 0) > SHOWN;
  return (
    <div class="take">
      <div class="tools">
        <div class="choices" role="group" aria-label={w.takesLabel}>
          {[...takes, ...(link ? (['link'] as const) : [])].map((each) => (
            <button key={each} type="button" aria-pressed={what.value === each} onClick={() => (what.value = each)}>
              {w.takes[each]}
            </button>
          ))}
        </div>
        <span class="spring" />
        <span class="quiet" role="status">{said.value}</span>
        <button type="button" onClick={() => void copy()} disabled={!text.value}>{w.copy}</button>
        <button type="button" onClick={save} disabled={!text.value}>{w.download}</button>
      </div>
      {what.value === 'link' && <p class="quiet">{refused.value || w.linkHint}</p>}
      <Failed failure={failed} />
      {long && <p class="quiet">{w.cut(text.value!.length)}</p>}
      <pre class="taken" tabIndex={0} aria-label={w.takes[what.value]} aria-busy={text.value === undefined}>
        {text.value?.slice(0, SHOWN)}
      </pre>
    </div>
  );
}

function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = url;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
