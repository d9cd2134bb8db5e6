// Lines that come in pages from the worker, and which of them can be seen.
import { signal, type Signal } from '@preact/signals';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

import type { Page } from '../view/types.js';
import { type Failure, failure } from './failed.js';

const PAGE = 100;

/** All lines of one question; the pages that were looked at. */
export class Pages<T> {
  readonly total: Signal<number | undefined> = signal(undefined);
  readonly version = signal(0);
  readonly failed = signal<Failure>(undefined);
  /** More lines follow, and none of them is shown. */
  cut = false;
  readonly #pages = new Map<number, T[] | null>();

  constructor(readonly ask: (from: number, to: number) => Promise<Page<T>>) {}

  row(index: number): T | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  /** Fetches what is missing of a range. */
  want(from: number, to: number): void {
    // It is asked in each drawing, and a failure is drawn.
    if (this.failed.peek() !== undefined) return;
    for (let page = Math.floor(from / PAGE); page * PAGE < Math.max(to, 1); page += 1) {
      if (this.#pages.has(page)) continue;
      this.#pages.set(page, null);
      this.ask(page * PAGE, (page + 1) * PAGE).then(
        ({ total, rows, cut = false }) => {
          this.#pages.set(page, rows);
          this.cut = cut;
          this.total.value = total;
          this.version.value += 1;
        },
        (error: unknown) => {
          this.#pages.delete(page);
          this.failed.value = failure(error);
          if (this.failed.value !== undefined) this.version.value += 1;
        },
      );
    }
  }
}

/** Pages of a question; while a new one has no answer yet, the lines of the one before stay. */
export function usePages<T>(ask: (from: number, to: number) => Promise<Page<T>>, key: string): Pages<T> {
  const next = useMemo(() => new Pages(ask), [key]);
  const shown = useRef(next);
  const [, redraw] = useState(0);
  useEffect(() => {
    next.want(0, PAGE);
    return next.version.subscribe(() => {
      if (next.total.value === undefined && next.failed.value === undefined) return;
      shown.current = next;
      redraw((count) => count + 1);
    });
  }, [next]);
  return shown.current;
}

export interface Scrolled {
  box: { current: HTMLDivElement | null };
  first: number;
  last: number;
  onScroll: () => void;
  /** Brings a line into sight. */
  reveal: (index: number) => void;
}

const BEYOND = 8;

/** Which of many equally high lines a scrolled box shows. */
export function useScrolled(total: number, height: number, top = 0): Scrolled {
  const box = useRef<HTMLDivElement>(null);
  const [range, setRange] = useState({ first: 0, last: 30 });
  const measure = () => {
    const at = box.current;
    if (!at) return;
    const first = Math.max(0, Math.floor(at.scrollTop / height) - BEYOND);
    const last = Math.ceil((at.scrollTop + at.clientHeight) / height) + BEYOND;
    setRange((known) => (known.first === first && known.last === last ? known : { first, last }));
  };
  useLayoutEffect(() => {
    measure();
    const observer = new ResizeObserver(measure);
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, [height, total]);
  const reveal = (index: number) => {
    const at = box.current;
    if (!at) return;
    const start = index * height;
    const room = at.clientHeight - top;
    if (start < at.scrollTop) at.scrollTop = start;
    else if (start + height > at.scrollTop + room) at.scrollTop = start + height - room;
  };
  return { box, first: Math.min(range.first, total), last: Math.min(range.last, total), onScroll: measure, reveal };
}

/** Keys that move through lines: the line they lead to. */
export function moved(key: string, at: number, total: number, page: number): number | undefined {
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: total - 1 }[key];
  return to === undefined ? undefined : Math.max(0, Math.min(total - 1, to));
}
