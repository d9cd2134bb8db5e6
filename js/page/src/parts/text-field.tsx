// A field for text and files. Large text becomes a file, so that typing beside it stays quick.
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useWords } from '../language/index.js';
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
  const w = useWords();
  const field: Field = session[input];
  const whole = useRef<HTMLDivElement>(null);
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
  // What had the focus is gone, or will be.
  const refocus = () => void setTimeout(() => (box.current ?? whole.current)?.focus());
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.length <= LARGE) return;
    event.preventDefault();
    // It takes the place of what is selected, as any paste does.
    const { selectionStart, selectionEnd, value } = event.currentTarget as HTMLTextAreaElement;
    const [before, after] = [value.slice(0, selectionStart), value.slice(selectionEnd)];
    field.text.value = field.several ? before + after : '';
    field.add([new Blob(field.several ? [text] : [before, text, after])], w.pasted);
    refocus();
  };
  return (
    <div class="field" data-field={input} tabIndex={-1} ref={whole}>
      <div class="field-tools">
        {children}
        <span class="spring" />
        {!field.empty && (
          <button type="button" class="small" aria-label={`${label}: ${w.clear}`} onClick={() => (field.clear(), refocus())}>{w.clear}</button>
        )}
        <OpenButton field={field} label={label} />
      </div>
      <Chips field={field} removed={refocus} />
      {!field.full && (
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
      )}
      <p class="hint" id={`hint-${input}`}>{hint}</p>
    </div>
  );
}
