// What a person gave, and what came of it. The parts of the page read its signals and write its inputs.
import { effect, signal } from '@preact/signals';

import type { DiffFormat, Preset } from '../../src/types.js';
import { Client, Stopped } from './engine/client.js';
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
    if (!this.several && added.length > 0) this.text.value = '';
  }

  remove(id: number): void {
    this.files.value = this.files.value.filter((file) => file.id !== id);
  }

  clear(): void {
    this.text.value = '';
    this.files.value = [];
  }

  /** Files first: they were there before what is being typed. */
  get sources(): Source[] {
    const text = this.text.value;
    return text.trim() === '' ? this.files.value : [...this.files.value, { id: 0, name: '', content: text }];
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
  readonly notice = signal<'linkBroken' | undefined>(undefined);
  readonly progress = signal<Progress | undefined>(undefined);
  readonly outcome = signal<Outcome | undefined>(undefined);
  /** The last plan; an input that cannot be used does not take it away. */
  readonly success = signal<Success | undefined>(undefined);
  readonly revision = signal(0);
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
  }

  inputs(): Inputs {
    return {
      diffs: this.diffs.sources,
      format: this.format.value,
      policy: this.policy.value,
      preset: this.preset.value,
      distribution: this.distribution.value.trim(),
      configs: this.configs.sources,
      live: this.live.sources.slice(-1),
      liveKind: this.liveKind.value,
      liveComplete: this.liveComplete.value,
    };
  }

  async ask(inputs: Inputs = this.inputs()): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.stopped.value = false;
    this.progress.value = { step: 'deciding', done: 0, total: 0 };
    let done = false;
    try {
      const outcome = await this.client.answer(inputs, (progress) => {
        // It comes another way than the answer, and may come after it.
        if (!done && asked === this.#asked) this.progress.value = progress;
      });
      this.outcome.value = outcome;
      if (outcome.type === 'success') {
        this.success.value = inputs.diffs.length > 0 ? outcome : undefined;
        this.revision.value += 1;
      }
    } catch (error) {
      if (!(error instanceof Stopped)) this.broken.value = String(error);
    } finally {
      done = true;
      if (asked === this.#asked) this.progress.value = undefined;
    }
  }

  /** Ends the work. What was answered before cannot be looked at any more either: its worker is gone. */
  cancel(): void {
    this.client.cancel();
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
}
