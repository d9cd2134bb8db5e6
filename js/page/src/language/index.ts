// The languages, and the words that a part of the page speaks with.
import { signal, type Signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

import { remembered, remember } from '../settings.js';
import { en, type Words } from './en.js';

export type { Words };
export type Language = 'en' | 'ja';

/** Languages by their own names. */
export const LANGUAGES: Record<Language, string> = { en: 'English', ja: '日本語' };

/** The page's words. A dashboard has its own, so that two of them can speak two languages. */
export const words = signal<Words>(en);
export const InWords = createContext<Signal<Words>>(words);
export const useWords = (): Words => useContext(InWords).value;

/** Takes a language; without one, what was chosen before or what the browser prefers. Fails when it cannot be loaded. */
export async function speak(chosen?: Language): Promise<void> {
  if (chosen) remember('language', chosen);
  words.value = await wordsOf(chosen ?? preferred());
}

export async function wordsOf(language: Language): Promise<Words> {
  return language === 'ja' ? (await import('./ja.js')).ja : en;
}

export function preferred(): Language {
  const known = remembered('language');
  if (known === 'en' || known === 'ja') return known;
  const first = navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find((tag) => tag in LANGUAGES);
  return (first as Language | undefined) ?? 'en';
}
