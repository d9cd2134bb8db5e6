// Whether something is purged, in one word.
import type { JSX } from 'preact';

import { useWords } from '../language/index.js';
import type { Outcome } from '../view/types.js';

export function Badge({ outcome }: { outcome: Outcome }): JSX.Element {
  const w = useWords();
  return <span class={`badge ${outcome}`}>{outcome === 'purge' ? w.purge : w.keep}</span>;
}
