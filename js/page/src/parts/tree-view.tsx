// The site as a tree that folds and filters.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { useWords } from '../language/index.js';
import type { Fate, TreeRow, View } from '../view/types.js';
import { type Subject, WithChain } from './chain.js';
import { Failed } from './failed.js';
import { Name } from './name.js';
import { moved, usePages, useScrolled } from './pages.js';

const FATES: Fate[] = ['purged', 'over', 'kept'];
const HEIGHT = 30;
/** Deeper folders are not moved further to the right, or nothing of their names would be left. */
const DEEPEST = 14;

export function TreeView({ view, revision }: { view: View; revision: number }): JSX.Element {
  const w = useWords();
  const search = useSignal('');
  const fates = useSignal<Fate[]>(FATES);
  const folded = useSignal(0);
  const active = useSignal(0);
  const subject = useSignal<Subject | undefined>(undefined);
  const wanted = { search: search.value, fates: fates.value };
  const key = JSON.stringify([revision, wanted, folded.value]);
  const pages = usePages((from, to) => view.tree({ ...wanted, from, to }), key);
  const total = pages.total.value ?? 0;
  const { box, first, last, onScroll, reveal } = useScrolled(total, HEIGHT);
  pages.want(first, last);
  const chosen = Math.min(active.value, Math.max(0, total - 1));

  const fold = (row: TreeRow, open: boolean) => {
    void view.fold(row.id, open).then(() => void (folded.value += 1), () => {});
  };
  const foldAll = (open: boolean) => void view.foldAll(open).then(() => void (folded.value += 1), () => {});
  const look = (row: TreeRow) => row.fate && (subject.value = { id: row.id });
  const choose = (index: number) => {
    const row = pages.row(index);
    active.value = index;
    if (row?.folder) fold(row, !row.open);
    else if (row) look(row);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = pages.row(chosen);
    const to = moved(event.key, chosen, total, 10) ?? sideways(event.key, row, chosen, pages.row.bind(pages));
    if (to !== undefined) {
      active.value = to;
      reveal(to);
    } else if (event.key === 'ArrowRight' && row?.folder && !row.open) fold(row, true);
    else if (event.key === 'ArrowLeft' && row?.folder && row.open) fold(row, false);
    else if (event.key === 'Enter' && row) row.fate ? look(row) : choose(chosen);
    else if (event.key === ' ') choose(chosen);
    else return;
    event.preventDefault();
  };

  return (
    <WithChain view={view} revision={revision} subject={subject} back={box}>
      <div class="tools">
        <input
          type="search"
          value={search.value}
          onInput={({ currentTarget }) => (search.value = currentTarget.value)}
          placeholder={w.searchTree}
          aria-label={w.searchTree}
        />
        <div class="legend" role="group" aria-label={w.fateFilter}>
          {FATES.map((fate) => (
            <label key={fate}>
              <input
                type="checkbox"
                checked={fates.value.includes(fate)}
                onChange={({ currentTarget }) =>
                  (fates.value = FATES.filter((each) => (each === fate ? currentTarget.checked : fates.value.includes(each))))
                }
              />
              <span class={`dot ${fate}`} aria-hidden="true" />
              {w.fates[fate]}
            </label>
          ))}
        </div>
        <span class="spring" />
        <button type="button" class="small" onClick={() => foldAll(true)}>{w.unfold}</button>
        <button type="button" class="small" onClick={() => foldAll(false)}>{w.fold}</button>
      </div>
      <div
        class="tree"
        role="tree"
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        aria-label={w.treeLabel}
        aria-activedescendant={total > 0 && chosen >= first && chosen < last ? `tree-${chosen}` : undefined}
      >
        <div class="rows" role="presentation" style={{ height: `${total * HEIGHT}px` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at).map((index) => (
            <Line
              key={index}
              index={index}
              row={pages.row(index)}
              active={index === chosen}
              choose={() => choose(index)}
              look={() => {
                active.value = index;
                const row = pages.row(index);
                if (row) look(row);
              }}
            />
          ))}
        </div>
      </div>
      {pages.cut && <p class="quiet padded" role="status">{w.treeCut(total)}</p>}
      <Failed failure={pages.failed} />
      {total === 0 && pages.total.value !== undefined && <p class="quiet padded">{w.none}</p>}
    </WithChain>
  );
}

/** To the first child, or up to the folder. */
function sideways(key: string, row: TreeRow | undefined, at: number, known: (index: number) => TreeRow | undefined): number | undefined {
  if (!row) return undefined;
  if (key === 'ArrowRight' && row.folder && row.open) return at + 1;
  if (key !== 'ArrowLeft' || (row.folder && row.open)) return undefined;
  for (let above = at - 1; above >= 0; above -= 1) if ((known(above)?.depth ?? 0) < row.depth) return above;
  return undefined;
}

interface LineProps {
  index: number;
  row: TreeRow | undefined;
  active: boolean;
  choose: () => void;
  look: () => void;
}

function Line({ index, row, active, choose, look }: LineProps): JSX.Element {
  const w = useWords();
  const top = { transform: `translateY(${index * HEIGHT}px)` };
  if (!row) return <div id={`tree-${index}`} class="tree-row" role="presentation" style={top} />;
  return (
    <div
      id={`tree-${index}`}
      class="tree-row"
      role="treeitem"
      aria-level={row.depth + 1}
      aria-posinset={row.position}
      aria-setsize={row.siblings}
      aria-expanded={row.folder ? row.open : undefined}
      aria-selected={active}
      style={{ ...top, paddingInlineStart: `${12 + Math.min(row.depth, DEEPEST) * 16}px` }}
      onClick={choose}
    >
      <span class="twist" aria-hidden="true">{row.folder ? (row.open ? '▾' : '▸') : ''}</span>
      <span class={`dot ${row.fate ?? 'none'}`} aria-hidden="true" onClick={(event) => row.fate && (event.stopPropagation(), look())} />
      <span class={`name ${row.folder ? 'folder' : row.fate}`}><Name text={row.name} /></span>
      {row.folder ? (
        <span class="tree-counts">
          {FATES.map(
            (fate) =>
              row.counts[fate] > 0 && (
                <span key={fate} class={`count ${fate}`}>
                  {w.number(row.counts[fate])} <span class="visually-hidden">{w.fates[fate]}</span>
                </span>
              ),
          )}
        </span>
      ) : (
        <span class="visually-hidden">{w.fates[row.fate ?? 'kept']}</span>
      )}
    </div>
  );
}
