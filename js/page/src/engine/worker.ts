// The worker: the core, and the answer that is looked at. A diff of 50 MB keeps it busy while the page stays free.
import { expose } from 'comlink';

import type { Like, RowQuery, Take, TreeQuery, View } from '../view/types.js';
import { Desk } from './desk.js';

const desk = new Desk();

const remote = {
  start: desk.start.bind(desk),
  answer: desk.answer.bind(desk),
  whatIf: desk.whatIf.bind(desk),
  rows: (query: RowQuery) => desk.view().rows(query),
  chain: (index: number, like?: Like) => desk.view().chain(index, like),
  chainOfUrl: (id: string) => desk.view().chainOfUrl(id),
  tree: (query: TreeQuery) => desk.view().tree(query),
  fold: (id: string, open: boolean) => desk.view().fold(id, open),
  foldAll: (open: boolean) => desk.view().foldAll(open),
  picture: (id?: string) => desk.view().picture(id),
  take: (what: Take) => desk.view().take(what),
} satisfies View & Record<string, unknown>;

export type Remote = typeof remote;

expose(remote);
