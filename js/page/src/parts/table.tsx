// The table of decisions.
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useLayoutEffect } from 'preact/hooks';

import { useWords, type Words } from '../language/index.js';
import type { Reason, Row, RowQuery, SortKey, View } from '../view/types.js';
import { Badge } from './badge.js';
import { type Subject, WithChain } from './chain.js';
import { Failed } from './failed.js';
import { Name } from './name.js';
import { moved, usePages, useScrolled } from './pages.js';
import { useWidth } from './width.js';

/** As in the style: narrower, a decision has two lines. */
const NARROW = 420;
const COLUMNS = ['outcome', 'change', 'path', 'reason', 'leads', 'urls'] as const;

interface Sort {
  by: SortKey;
  descending: boolean;
}

export function Table({ view, revision }: { view: View; revision: number }): JSX.Element {
  const w = useWords();
  const [whole, width] = useWidth(1000);
  const narrow = width < NARROW;
  const height = narrow ? 60 : 34;
  const search = useSignal('');
  const outcome = useSignal<RowQuery['outcome']>('all');
  const sort = useSignal<Sort>({ by: 'order', descending: false });
  const active = useSignal(0);
  const subject = useSignal<Subject | undefined>(undefined);

  const asked = { search: search.value, reasons: reasonsOf(w, search.value), outcome: outcome.value, sort: sort.value.by, descending: sort.value.descending };
  const pages = usePages((from, to) => view.rows({ ...asked, from, to }), JSON.stringify([revision, asked]));
  const total = pages.total.value ?? 0;
  const { box, first, last, onScroll, reveal } = useScrolled(total, height, narrow ? 0 : 36);
  pages.want(first, last);
  const chosen = Math.min(active.value, Math.max(0, total - 1));

  // Lines of another height would carry the chosen one out of sight.
  useLayoutEffect(() => void (subject.value && reveal(chosen)), [height]);

  const open = (index: number) => {
    const row = pages.row(index);
    if (!row) return;
    active.value = index;
    subject.value = { index: row.index };
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // The buttons of the head have keys of their own.
    if (event.target !== event.currentTarget) return;
    const to = moved(event.key, chosen, total, 10);
    if (to !== undefined) {
      active.value = to;
      reveal(to);
    } else if (event.key === 'Enter' || event.key === ' ') open(chosen);
    else return;
    event.preventDefault();
  };
  const sorted = (column: string) => (sort.value.by !== column ? 'none' : sort.value.descending ? 'descending' : 'ascending');

  return (
    <WithChain view={view} revision={revision} subject={subject} back={box} lines={whole}>
      <div class="tools">
        <input
          type="search"
          value={search.value}
          onInput={({ currentTarget }) => (search.value = currentTarget.value)}
          placeholder={w.searchTable}
          aria-label={w.searchTable}
        />
        <div class="choices" role="group" aria-label={w.outcome}>
          {(['all', 'purge', 'skip'] as const).map((each) => (
            <button key={each} type="button" aria-pressed={outcome.value === each} onClick={() => (outcome.value = each)}>
              {w.outcomes[each]}
            </button>
          ))}
        </div>
        <span class="quiet" role="status">{w.rowsShown(total)}</span>
      </div>
      <div
        class="grid"
        role="grid"
        tabIndex={0}
        ref={box}
        onScroll={onScroll}
        onKeyDown={onKeyDown}
        aria-label={w.views.table}
        aria-rowcount={total + 1}
        aria-colcount={COLUMNS.length}
        aria-activedescendant={total > 0 && chosen >= first && chosen < last ? `row-${chosen}` : undefined}
      >
        <div class="grid-head row" role="row" aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <div key={column} role="columnheader" class={`cell-${column}`} aria-sort={column === 'leads' ? undefined : sorted(column)}>
              {column === 'leads' ? (
                w.columns[column]
              ) : (
                <button type="button" onClick={() => (sort.value = nextSort(sort.value, column))}>
                  {w.columns[column]}
                  <span class="arrow" aria-hidden="true">{{ none: '', ascending: '↑', descending: '↓' }[sorted(column)]}</span>
                </button>
              )}
            </div>
          ))}
        </div>
        <div role="rowgroup" class="rows" style={{ height: `${total * height}px` }}>
          {Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at).map((index) => (
            <Line
              key={index}
              row={pages.row(index)}
              index={index}
              top={index * height}
              active={index === chosen}
              open={() => open(index)}
            />
          ))}
        </div>
      </div>
      <Failed failure={pages.failed} />
      {total === 0 && pages.total.value !== undefined && <p class="quiet padded">{w.none}</p>}
    </WithChain>
  );
}

/** The reasons whose words hold what is searched. */
function reasonsOf({ reasons }: Words, search: string): Reason[] {
  const wanted = search.trim().toLowerCase();
  if (wanted === '') return [];
  return (Object.keys(reasons) as Reason[]).filter((reason) => reasons[reason].toLowerCase().includes(wanted));
}

/** The column's own direction first (the most URLs, the first letter), then the other one, then no order again. */
function nextSort({ by, descending }: Sort, column: SortKey): Sort {
  const first = column === 'urls';
  if (by !== column) return { by: column, descending: first };
  return descending === first ? { by, descending: !first } : { by: 'order', descending: false };
}

interface LineProps {
  row: Row | undefined;
  index: number;
  top: number;
  active: boolean;
  open: () => void;
}

function Line({ row, index, top, active, open }: LineProps): JSX.Element {
  const w = useWords();
  return (
    <div
      id={`row-${index}`}
      role="row"
      class="row"
      aria-rowindex={index + 2}
      aria-selected={active}
      style={{ transform: `translateY(${top}px)` }}
      onClick={open}
    >
      <div role="gridcell" class="cell-outcome">{row && <Badge outcome={row.outcome} />}</div>
      <div role="gridcell" class="cell-change">{row && w.changes[row.change]}</div>
      <div role="gridcell" class="cell-path">
        {row && <Name text={row.path} />}
        {row?.from !== undefined && (
          <span class="quiet">
            {' '}
            ({w.was} <Name text={row.from} />)
          </span>
        )}
      </div>
      <div role="gridcell" class="cell-reason">{row && w.reasons[row.reason]}</div>
      <div role="gridcell" class="cell-leads">{row && <Name text={row.leads} />}</div>
      <div role="gridcell" class="cell-urls">{row && w.number(row.urls)}</div>
    </div>
  );
}
