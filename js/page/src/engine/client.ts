// The page's side of the worker: one question at a time, the newest that waits, and a way to stop.
import { proxy, wrap, type Remote as Wrapped } from 'comlink';

import type { View } from '../view/types.js';
import { Stopped } from './stopped.js';
import type { Core, Inputs, Outcome, Progress, WhatIf } from './types.js';
import type { Remote } from './worker.js';

interface Running {
  worker: Worker;
  remote: Wrapped<Remote>;
  started: Promise<unknown>;
  stop: (reason: Error) => void;
  stopped: Promise<never>;
}

export class Client {
  #core: Core;
  #running: Running;
  #waiting: { go: () => void; drop: () => void } | undefined;
  #busy = false;

  constructor(
    core: Core,
    readonly spawn: () => Worker,
  ) {
    this.#core = core;
    this.#running = this.#run();
  }

  /** Resolves when the module is there. */
  get started(): Promise<unknown> {
    return this.#running.started;
  }

  /** Plans. While it works on one question only the newest other one waits. */
  async answer(inputs: Inputs, progress: (progress: Progress) => void): Promise<Outcome> {
    if (this.#busy) {
      this.#waiting?.drop();
      await new Promise<void>((go, drop) => (this.#waiting = { go, drop: () => drop(new Stopped('a newer question')) }));
    }
    this.#busy = true;
    try {
      await this.#call(({ started }) => started);
      return await this.#call<Outcome>(async ({ remote }) => remote.answer(inputs, proxy(progress)));
    } finally {
      this.#busy = false;
      this.#waiting?.go();
      this.#waiting = undefined;
    }
  }

  whatIf(limit: number): Promise<WhatIf | { type: 'failure' }> {
    return this.#call<WhatIf | { type: 'failure' }>(async ({ remote }) => remote.whatIf(limit));
  }

  /** Ends the worker in the middle of its work; another takes its place, with the module but without an answer. */
  cancel(): void {
    this.#waiting?.drop();
    this.#waiting = undefined;
    this.restart();
  }

  /** Another worker takes the place of this one, with the module but without an answer. */
  restart(): void {
    const { worker, stop } = this.#running;
    worker.terminate();
    stop(new Stopped('stopped'));
    this.#running = this.#run();
  }

  /** The answer, as the parts of the page look at it. */
  get view(): View {
    const ask = <K extends keyof View>(name: K) =>
      ((...given: unknown[]) =>
        this.#call(({ remote }) => (remote[name] as unknown as (...given: unknown[]) => Promise<unknown>)(...given))) as unknown as View[K];
    return {
      rows: ask('rows'),
      chain: ask('chain'),
      chainOfUrl: ask('chainOfUrl'),
      tree: ask('tree'),
      fold: ask('fold'),
      foldAll: ask('foldAll'),
      picture: ask('picture'),
      take: ask('take'),
    };
  }

  /** A call that ends when the worker is ended. */
  #call<T>(work: (running: Running) => Promise<T>): Promise<T> {
    return Promise.race([work(this.#running), this.#running.stopped]);
  }

  #run(): Running {
    const worker = this.spawn();
    const remote = wrap<Remote>(worker);
    let stop: Running['stop'] = () => {};
    const stopped = new Promise<never>((_, reject) => (stop = reject));
    // Nobody may be waiting when it is stopped.
    stopped.catch(() => {});
    // A worker that went wrong answers nothing any more, so nobody goes on waiting for it.
    worker.onerror = (event) => stop(new Error(event.message || 'the worker cannot be loaded'));
    const started = Promise.race([remote.start(this.#core), stopped]).then((module) => (this.#core = { module }));
    started.catch(() => {});
    return { worker, remote, started, stop, stopped };
  }
}
