// The name, what the page is for, and how it speaks and looks.
import { signal } from '@preact/signals';
import type { JSX } from 'preact';

import { LANGUAGES, speak, useWords, type Language } from '../language/index.js';
import type { Session } from '../session.js';
import { remember, remembered } from '../settings.js';

type Theme = 'auto' | 'light' | 'dark';
const known = remembered('theme');
export const theme = signal<Theme>(known === 'light' || known === 'dark' ? known : 'auto');

export function Header({ session }: { session: Session }): JSX.Element {
  const w = useWords();
  return (
    <header class="top">
      <a class="skip-link" href="#answer" onClick={(event) => {
        // The fragment is the link's; it must stay as it is.
        event.preventDefault();
        document.getElementById('answer')?.focus();
      }}>{w.skip}</a>
      <div class="mark">
        <h1>purgeplan</h1>
        <p>{w.title}</p>
      </div>
      <p class="privacy quiet">{w.privacy}</p>
      <label>
        <span class="visually-hidden">{w.language}</span>
        <select value={w.code} onChange={({ currentTarget }) => void speak(currentTarget.value as Language).catch(() => (session.notice.value = 'languageFailed'))}>
          {Object.entries(LANGUAGES).map(([code, name]) => (
            <option key={code} value={code} lang={code}>{name}</option>
          ))}
        </select>
      </label>
      <label>
        <span class="visually-hidden">{w.theme}</span>
        <select
          value={theme.value}
          onChange={({ currentTarget }) => {
            theme.value = currentTarget.value as Theme;
            remember('theme', theme.value);
          }}
        >
          {Object.entries(w.themes).map(([each, name]) => (
            <option key={each} value={each}>{name}</option>
          ))}
        </select>
      </label>
    </header>
  );
}
