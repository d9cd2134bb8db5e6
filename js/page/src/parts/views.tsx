// The views of an answer, one at a time: as tabs.
import { signal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';

import { useWords } from '../language/index.js';
import type { Session } from '../session.js';
import type { Summary, Take, View } from '../view/types.js';
import { Table } from './table.js';
import type { TakeAwayProps } from './take-away.js';

export type Tab = 'table' | 'tree' | 'picture' | 'whatIf' | 'take';

export interface ViewsProps {
  view: View;
  revision: number;
  takes: readonly Take[];
  /** The one that is shown; it outlives the answer. */
  tab: Signal<Tab>;
  link?: TakeAwayProps['link'];
  /** Only where plans can be made. */
  whatIf?: { session: Session; summary: Summary };
}

type Later = typeof import('./later.js');
const later = signal<Later | undefined>(undefined);

/** Loads the other views. */
export async function loadLater(): Promise<void> {
  later.value = await import('./later.js');
}

export function Views({ view, revision, takes, tab, link, whatIf }: ViewsProps): JSX.Element {
  const w = useWords();
  const id = useId();
  const tabs: Tab[] = ['table', 'tree', 'picture', ...(whatIf ? (['whatIf'] as const) : []), 'take'];
  const more = later.value;
  // Who loads the page tells of what is missing; whoever wants to see it tries again.
  useEffect(() => void loadLater().catch(() => {}), [tab.value]);
  const onKeyDown = (event: KeyboardEvent) => {
    const at = tabs.indexOf(tab.value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    tab.value = tabs[(to + tabs.length) % tabs.length]!;
    const list = event.currentTarget as HTMLElement;
    (list.children[tabs.indexOf(tab.value)] as HTMLElement).focus();
  };
  return (
    <div class="views">
      <div class="tabs" role="tablist" aria-label={w.viewsLabel} onKeyDown={onKeyDown}>
        {tabs.map((each) => (
          <button
            key={each}
            type="button"
            role="tab"
            id={`${id}-tab-${each}`}
            aria-selected={tab.value === each}
            aria-controls={`${id}-panel`}
            tabIndex={tab.value === each ? 0 : -1}
            onClick={() => (tab.value = each)}
          >
            {w.views[each]}
          </button>
        ))}
      </div>
      <div class="panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${tab.value}`}>
        {tab.value === 'table' && <Table view={view} revision={revision} />}
        {more && tab.value === 'tree' && <more.tree view={view} revision={revision} />}
        {more && tab.value === 'picture' && <more.picture view={view} revision={revision} />}
        {more && tab.value === 'whatIf' && whatIf && <more.whatIf {...whatIf} />}
        {more && tab.value === 'take' && <more.take view={view} revision={revision} takes={takes} {...(link && { link })} />}
      </div>
    </div>
  );
}
