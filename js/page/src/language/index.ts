// The language in use: the browser's, or the one that was chosen.
import { signal } from '@preact/signals';

import { remembered, remember } from '../settings.js';
import { en, type Words } from './en.js';

export type { Words };
export type Language = 'en' | 'ja';

/** Languages by their own names. */
export const LANGUAGES: Record<Language, string> = { en: 'English', ja: '日本語' };

export const words = signal<Words>(en);

/** Takes a language; without one, what was chosen before or what the browser prefers. */
export async function speak(chosen?: Language, lasting = true): Promise<void> {
  if (chosen && lasting) remember('language', chosen);
  const language = chosen ?? preferred();
  words.value = language === 'ja' ? (await import('./ja.js')).ja : en;
}

function preferred(): Language {
  const known = remembered('language');
  if (known === 'en' || known === 'ja') return known;
  const first = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES);
  return (first as Language | undefined) ?? 'en';
}
