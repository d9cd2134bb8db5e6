// The worker's work: reads the inputs, asks the core, keeps the answer, and hands out what is looked at.
import { plan, type PlanRequest } from '../../../src/api.js';
import { start } from '../../../src/engine.js';
import type { Failure, PlanAnswer } from '../../../src/types.js';
import { AnswerView } from '../view/answer.js';
import { Folds } from '../view/tree.js';
import { liveUrls } from './live.js';
import { located, type Inventory, type Placed } from './locate.js';
import { Reader, Unreadable } from './read.js';
import type { Core, Inputs, Outcome, Progress, Source, WhatIf } from './types.js';

export class Desk {
  readonly #reader = new Reader();
  readonly #folds = new Folds();
  #request: PlanRequest | undefined;
  #view: AnswerView | undefined;

  /** Loads the module; it is given back, because a worker that follows this one can use it again. */
  async start(core: Core): Promise<WebAssembly.Module> {
    const module = 'module' in core ? core.module : await WebAssembly.compile(await bytesOf(core));
    start(module);
    return module;
  }

  async answer(inputs: Inputs, progress: (progress: Progress) => void): Promise<Outcome> {
    const begun = performance.now();
    const files = [...inputs.diffs, ...inputs.configs, ...inputs.live];
    this.#reader.keep(files);
    const contents = await this.#reader
      .read(files, (done, total) => progress({ step: 'reading', done, total }))
      .catch((error: unknown) => {
        if (error instanceof Unreadable) return error;
        throw error;
      });
    if (contents instanceof Unreadable) {
      const problem = { code: 'file-unreadable', message: contents.message, help: 'open it again' };
      return { type: 'failure', problems: [problem], milliseconds: performance.now() - begun };
    }
    const content = (source: Source) => contents[files.indexOf(source)]!;
    const request = requestOf(inputs, content);
    progress({ step: 'deciding', done: 0, total: 0 });
    const answer = plan(request);
    const milliseconds = () => performance.now() - begun;
    const inventory = inventoryOf(inputs, content);
    if (answer.type === 'failure') {
      return { type: 'failure', problems: answer.errors.map((fault) => located(fault, inventory)), milliseconds: milliseconds() };
    }
    progress({ step: 'arranging', done: 0, total: 0 });
    this.#request = request;
    this.#view = this.#viewOf(request, inputs, answer);
    const summary = this.#view.summary();
    const ofPolicy = answer.diagnostics.filter(({ place }) => place?.input === 'policy');
    const policyRemarks = ofPolicy.map((remark) => located(remark, inventory));
    return { type: 'success', summary, policyRemarks, milliseconds: milliseconds() };
  }

  /** One of the things that the answer is looked at with. */
  view(): AnswerView {
    if (!this.#view) throw new Error('there is no answer yet');
    return this.#view;
  }

  /** The same plan with no more paths than so many. */
  whatIf(limit: number): WhatIf | Failure {
    const begun = performance.now();
    const answer = plan({ ...this.#request!, widenTo: limit });
    if (answer.type === 'failure') return answer;
    const known = answer.distributions.map(({ over_purged }) => over_purged).filter((count) => count !== undefined);
    const told: WhatIf = {
      limit,
      billedPaths: answer.billed_paths,
      wildcards: answer.distributions.reduce((sum, { wildcards }) => sum + wildcards, 0),
      shown: answer.paths.filter((path) => path.endsWith('*')).slice(0, 20),
      milliseconds: performance.now() - begun,
    };
    if (known.length > 0) told.overPurged = known.reduce((sum, count) => sum + count, 0);
    return told;
  }

  #viewOf(request: PlanRequest, inputs: Inputs, answer: PlanAnswer): AnswerView {
    const live = request.live && (() => liveUrls(request, inputs.liveKind, answer, () => this.#request === request));
    const render = (format: 'aws-cli' | 'markdown') => plan({ ...request, render: format }).rendered ?? '';
    return new AnswerView(answer, { policy: inputs.policy, folds: this.#folds, render, ...(live && { live }) });
  }
}

async function bytesOf(core: { url: string } | { base64: string }): Promise<BufferSource> {
  if ('base64' in core) return Uint8Array.from(atob(core.base64), (character) => character.charCodeAt(0));
  const response = await fetch(core.url);
  if (!response.ok) throw new Error(`${core.url} answers ${response.status}`);
  return response.arrayBuffer();
}

function requestOf(inputs: Inputs, content: (source: Source) => string | Uint8Array): PlanRequest {
  const { format, policy, preset, distribution } = inputs;
  // Two lists are one diff; all others are one diff each.
  const diffs =
    format === 'manifests'
      ? [{ content: inputs.diffs.map(content), format }]
      : inputs.diffs.map((source) => ({ content: content(source), format }));
  const [live] = inputs.live;
  return {
    diffs: inputs.diffs.length > 0 ? diffs : [],
    ...(policy.trim() ? { policy } : { preset }),
    distribution: distribution || undefined,
    distributionConfigs: inputs.configs.map((source) => ({ content: content(source) })),
    live: live && { content: content(live), kind: inputs.liveKind, complete: inputs.liveComplete },
  };
}

/** The core's names of the inputs. */
function inventoryOf(inputs: Inputs, content: (source: Source) => string | Uint8Array): Inventory {
  const placed = (input: Placed['input'], source: Source, index: number): Placed => ({ input, index, source, content: content(source) });
  const one = inputs.format === 'manifests' && inputs.diffs.length > 1;
  return new Map<string, Placed>([
    ['policy', { input: 'policy', index: 0, source: { name: '' }, content: inputs.policy }],
    ...inputs.diffs.map((source, index): [string, Placed] => [
      one ? `diffs[0][${index}]` : `diffs[${index}]`,
      placed('diffs', source, index),
    ]),
    ...inputs.configs.map((source, index): [string, Placed] => [`distributionConfigs[${index}]`, placed('configs', source, index)]),
    ...inputs.live.map((source, index): [string, Placed] => ['live', placed('live', source, index)]),
  ]);
}
