// What a person gave, and what came of it. The parts of the page read its signals and write its inputs.
import { effect, signal } from '@preact/signals';

import type { DiffFormat, Preset } from '../../src/types.js';
import type { Client } from './engine/client.js';
import { wasStopped } from './engine/stopped.js';
import type { Tab } from './parts/views.js';
import type { Inputs, LiveKind, Located, Outcome, Problem, Progress, Source, Success } from './engine/types.js';

/** Text that is larger is kept out of text fields, where it would make each keystroke slow: browsers lay all of it out. */
export const LARGE = 40_000;
/** While somebody types; longer would feel slow, shorter would answer to half words. */
const PAUSE_MS = 120;

let sources = 0;

export function source(name: string, content: string | Blob): Source {
  sources += 1;
  return { id: sources, name, content };
}

/** A field that takes text and files. */
export class Field {
  readonly text = signal('');
  readonly files = signal<Source[]>([]);

  constructor(readonly several: boolean) {}

  /** Adds files; a field that takes one has the last. */
  add(files: Iterable<Blob & { name?: string }>, name: string): void {
    const added = [...files].map((file) => source(file.name || name, file));
    this.files.value = this.several ? [...this.files.value, ...added] : added.slice(-1);
  }

  remove(id: number): void {
    this.files.value = this.files.value.filter((file) => file.id !== id);
  }

  clear(): void {
    this.text.value = '';
    this.files.value = [];
  }

  /** Files first: they were there before what is being typed. The file of a field that takes one is all of it. */
  get sources(): Source[] {
    const [text, files] = [this.text.value, this.files.value];
    return text.trim() === '' || this.full ? files : [...files, { id: 0, name: '', content: text }];
  }

  /** It has its one file, and takes no text beside it. */
  get full(): boolean {
    return !this.several && this.files.value.length > 0;
  }

  get empty(): boolean {
    return this.files.value.length === 0 && this.text.value.trim() === '';
  }
}

export type Fields = { diffs: Field; configs: Field; live: Field };

export class Session {
  readonly diffs = new Field(true);
  readonly configs = new Field(true);
  readonly live = new Field(false);
  readonly policy = signal('');
  readonly format = signal<DiffFormat>('auto');
  readonly preset = signal<Preset>('sound');
  readonly distribution = signal('');
  readonly liveKind = signal<LiveKind>('keys');
  readonly liveComplete = signal(true);
  readonly used = signal(0);

  readonly ready = signal(false);
  /** Something of the page itself went wrong, and nothing can be answered. */
  readonly broken = signal<string | undefined>(undefined);
  /** Something that a person should know, such as a link that cannot be read. */
  readonly notice = signal<'linkBroken' | 'languageFailed' | 'partMissing' | 'fileUnreadable' | undefined>(undefined);
  readonly progress = signal<Progress | undefined>(undefined);
  readonly outcome = signal<Outcome | undefined>(undefined);
  /** The last plan; an input that cannot be used does not take it away. */
  readonly success = signal<Success | undefined>(undefined);
  readonly revision = signal(0);
  /** Counts all that was given, also what has no answer: a link holds it. */
  readonly given = signal(0);
  /** The view that is looked at. */
  readonly tab = signal<Tab>('table');
  readonly stopped = signal(false);
  /** A place that somebody asked to see. */
  readonly shown = signal<Located | undefined>(undefined);

  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(readonly client: Client) {
    client.started.then(
      () => (this.ready.value = true),
      (error: unknown) => (this.broken.value = String(error)),
    );
    effect(() => {
      const inputs = this.inputs();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.ask(inputs), PAUSE_MS);
    });
    effect(() => {
      this.inputs();
      this.used.value;
      this.given.value = this.given.peek() + 1;
    });
  }

  inputs(): Inputs {
    return {
      diffs: this.diffs.sources,
      format: this.format.value,
      policy: this.policy.value,
      preset: this.preset.value,
      distribution: this.distribution.value.trim(),
      configs: this.configs.sources,
      live: this.live.sources,
      liveKind: this.liveKind.value,
      liveComplete: this.liveComplete.value,
    };
  }

  async ask(inputs: Inputs = this.inputs()): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    clearTimeout(this.#timer);
    this.stopped.value = false;
    this.broken.value = undefined;
    this.progress.value = { step: 'deciding', done: 0, total: 0 };
    let done = false;
    try {
      const outcome = await this.client.answer(inputs, (progress) => {
        // It comes another way than the answer, and may come after it.
        if (!done && asked === this.#asked) this.progress.value = progress;
      });
      this.ready.value = true;
      this.outcome.value = outcome;
      if (outcome.type === 'success') {
        this.success.value = inputs.diffs.length > 0 ? outcome : undefined;
        this.revision.value += 1;
      }
    } catch (error) {
      if (!wasStopped(error)) this.#fail(error);
    } finally {
      done = true;
      if (asked === this.#asked) this.progress.value = undefined;
    }
  }

  /** The last of these files becomes the policy. */
  async readPolicy(files: Iterable<Blob>): Promise<void> {
    const last = [...files].at(-1);
    if (!last) return;
    try {
      this.policy.value = await last.text();
      if (this.notice.value === 'fileUnreadable') this.notice.value = undefined;
    } catch {
      this.notice.value = 'fileUnreadable';
    }
  }

  /** The module does not go on after a fault of its own, so a new worker takes its place for the next question. */
  #fail(error: unknown): void {
    this.broken.value = String(error);
    this.success.value = undefined;
    this.client.restart();
  }

  /** Ends the work. What was answered before cannot be looked at any more either: its worker is gone. */
  cancel(): void {
    this.client.cancel();
    // What was typed a moment ago would be asked in spite of it.
    clearTimeout(this.#timer);
    this.#asked += 1;
    this.progress.value = undefined;
    this.outcome.value = undefined;
    this.success.value = undefined;
    this.stopped.value = true;
  }

  /** What is wrong with the policy, or odd in it. */
  get policyProblems(): (Problem & { severity?: string })[] {
    const outcome = this.outcome.value;
    if (!outcome) return [];
    const all = outcome.type === 'failure' ? outcome.problems : outcome.policyRemarks;
    return all.filter(({ at }) => at?.input === 'policy');
  }

  get empty(): boolean {
    return this.diffs.empty;
  }

  /** Nothing was given that an example would take away. */
  get untouched(): boolean {
    const texts = this.policy.value + this.distribution.value;
    return this.diffs.empty && this.live.empty && this.configs.empty && texts.trim() === '';
  }
}
