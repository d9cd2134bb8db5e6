// The policy. Its editor is a large part of the page, so it comes when the page is at rest; until then a text field.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { Editor } from '../editor/editor.js';
import { useWords } from '../language/index.js';
import type { Session } from '../session.js';
import { OpenButton } from './files.js';

export function PolicyField({ session }: { session: Session }): JSX.Element {
  const w = useWords();
  const host = useRef<HTMLDivElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const editor = useSignal<Editor | undefined>(undefined);
  const known = editor.value;

  useEffect(() => {
    let gone = false;
    void import('../editor/editor.js').then(({ Editor }) => {
      if (gone || !host.current) return;
      const { current: held } = plain;
      const made = new Editor(host.current, session.policy.peek(), (text) => (session.policy.value = text));
      // Whoever typed in the text field goes on in the editor.
      if (held && held === document.activeElement) made.show(held.selectionStart, held.selectionEnd);
      editor.value = made;
    }, () => {});
    return () => {
      gone = true;
      editor.peek()?.close();
    };
  }, []);
  useEffect(() => known?.take(session.policy.value), [known, session.policy.value]);
  useEffect(() => known?.label(w.policy), [known, w]);
  useEffect(() => known?.mark(session.policyProblems), [known, session.outcome.value]);
  const place = session.shown.value;
  useEffect(() => {
    if (place?.input === 'policy') known?.show(place.start, place.end);
  }, [place, known]);

  const clear = () => {
    session.policy.value = '';
    // The button is gone with the text.
    if (known) known.show(0, 0);
    else plain.current?.focus();
  };
  return (
    <div class="field" data-field="policy">
      <div class="field-tools">
        {session.policy.value.trim() === '' && (
          <label class="preset">
            {w.preset}{' '}
            <select value={session.preset.value} onChange={({ currentTarget }) => (session.preset.value = currentTarget.value as 'sound')}>
              {(['sound', 'article'] as const).map((preset) => (
                <option key={preset} value={preset}>{w.presets[preset]}</option>
              ))}
            </select>
          </label>
        )}
        <span class="spring" />
        {session.policy.value && (
          <button type="button" class="small" aria-label={`${w.policy}: ${w.clear}`} onClick={clear}>{w.clear}</button>
        )}
        <OpenButton field={{ several: false, add: (files) => void session.readPolicy(files) }} label={w.policy} />
      </div>
      <div class="editor" ref={host} />
      {!known && (
        <textarea
          ref={plain}
          value={session.policy.value}
          rows={6}
          aria-label={w.policy}
          spellcheck={false}
          onInput={({ currentTarget }) => (session.policy.value = currentTarget.value)}
        />
      )}
      <p class="hint">{w.policyHint}</p>
    </div>
  );
}
