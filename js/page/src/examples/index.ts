// Inputs to try the page with.
import type { Preset } from '../../../src/types.js';
import type { ExampleName } from '../parts/inputs.js';
import type { Session } from '../session.js';
import { blog } from './blog.js';
import { hostile } from './hostile.js';
import { release } from './release.js';
import { rename } from './rename.js';

export interface Example {
  diff: string;
  policy?: string;
  preset?: Preset;
  live?: string;
  config?: string;
}

const examples: Record<ExampleName, () => Example> = { blog, release, rename, hostile };

/** Fills the inputs, all of them, so that nothing of what was there has a part in the answer. */
export function fill(session: Session, name: ExampleName): void {
  const { diff, policy = '', preset = 'sound', live = '', config = '' } = examples[name]();
  for (const field of [session.diffs, session.live, session.configs]) field.clear();
  session.format.value = 'auto';
  session.liveKind.value = 'keys';
  session.liveComplete.value = true;
  session.distribution.value = '';
  session.preset.value = preset;
  session.policy.value = policy;
  session.live.text.value = live;
  session.configs.text.value = config;
  session.diffs.text.value = diff;
}
