// Files that are an input, and the button that opens more.
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { useWords } from '../language/index.js';
import type { Field } from '../session.js';
import { Name } from './name.js';

export function Chips({ field, removed }: { field: Field; removed: () => void }): JSX.Element | null {
  const w = useWords();
  if (field.files.value.length === 0) return null;
  return (
    <ul class="chips">
      {field.files.value.map(({ id, name, content }) => (
        <li key={id}>
          <span class="name"><Name text={name} /></span>
          <span class="quiet">{w.size(typeof content === 'string' ? content.length : content.size)}</span>
          <button type="button" class="plain" aria-label={w.remove(name)} onClick={() => (field.remove(id), removed())}>✕</button>
        </li>
      ))}
    </ul>
  );
}

export function OpenButton({ field, label }: { field: Pick<Field, 'several' | 'add'>; label: string }): JSX.Element {
  const w = useWords();
  const chooser = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class="small" aria-label={`${label}: ${field.several ? w.open : w.openOne}`} onClick={() => chooser.current?.click()}>
        {field.several ? w.open : w.openOne}
      </button>
      <input
        type="file"
        hidden
        ref={chooser}
        multiple={field.several}
        onChange={({ currentTarget }) => {
          field.add(currentTarget.files ?? [], label);
          currentTarget.value = '';
        }}
      />
    </>
  );
}
