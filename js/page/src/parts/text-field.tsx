// A field for text and files. Large text becomes a file, so that typing beside it stays quick.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { words } from '../language/index.js';
import { LARGE, type Field, type Session } from '../session.js';
import { Chips, OpenButton } from './files.js';

export interface TextFieldProps {
  session: Session;
  input: 'diffs' | 'configs' | 'live';
  label: string;
  hint: string;
  rows: number;
  placeholder?: string;
  children?: ComponentChildren;
}

export function TextField({ session, input, label, hint, rows, placeholder, children }: TextFieldProps): JSX.Element {
  const w = words.value;
  const field: Field = session[input];
  const box = useRef<HTMLTextAreaElement>(null);
  const place = session.shown.value;
  useEffect(() => {
    if (place?.input !== input || place.name !== '' || !box.current) return;
    box.current.focus();
    box.current.setSelectionRange(place.start, Math.max(place.end, place.start + 1));
    // No browser scrolls a text field to its selection by itself.
    const line = parseFloat(getComputedStyle(box.current).lineHeight) || 18;
    box.current.scrollTop = Math.max(0, (place.line - 3) * line);
  }, [place]);
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.length <= LARGE) return;
    event.preventDefault();
    // It takes the place of what is selected, as any paste does.
    const { selectionStart, selectionEnd, value } = event.currentTarget as HTMLTextAreaElement;
    field.text.value = value.slice(0, selectionStart) + value.slice(selectionEnd);
    field.add([new Blob([text])], w.pasted);
  };
  return (
    <div class="field" data-field={input}>
      <div class="field-tools">
        {children}
        <span class="spring" />
        {!field.empty && (
          <button type="button" class="small" aria-label={`${label}: ${w.clear}`} onClick={() => field.clear()}>{w.clear}</button>
        )}
        <OpenButton field={field} label={label} />
      </div>
      <Chips field={field} />
      <textarea
        ref={box}
        value={field.text.value}
        rows={field.files.value.length > 0 ? Math.min(rows, 4) : rows}
        aria-label={label}
        aria-describedby={`hint-${input}`}
        placeholder={placeholder}
        spellcheck={false}
        autocomplete="off"
        onPaste={onPaste}
        onInput={({ currentTarget }) => (field.text.value = currentTarget.value)}
      />
      <p class="hint" id={`hint-${input}`}>{hint}</p>
    </div>
  );
}
