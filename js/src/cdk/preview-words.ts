// What the preview says at synth.
import { Annotations } from 'aws-cdk-lib';
import type { Construct } from 'constructs';

import type { PlanAnswer } from '../types.js';
import { ofPolicy } from './policy.js';
import type { Planned, Preview } from './preview.js';

/** Says a preview: a summary, and what a person should know. */
export function show(scope: Construct, preview: Preview): void {
  const annotations = Annotations.of(scope);
  if (preview.type === 'unavailable') return annotations.addInfo(`no purge preview: ${preview.message}`);
  const { answer } = preview;
  if (answer.type === 'failure') {
    // What is wrong with the policy fails the synthesis.
    for (const { code, message, help } of answer.errors.filter((error) => !ofPolicy(error))) {
      warn(scope, code, `the next deploy's purge cannot be planned: ${message}`, help);
    }
    return;
  }
  annotations.addInfo(summary(preview, answer));
  for (const id of preview.unread) {
    annotations.addInfo(
      `the configuration of distribution \`${id}\` is not known here: the function reads it, and may purge other URLs`,
    );
  }
  for (const { severity, code, message, help } of answer.diagnostics) {
    if (severity === 'warning') warn(scope, code, message, help);
    else annotations.addInfo(`${code}: ${message}; ${help}`);
  }
}

function warn(scope: Construct, code: string, message: string, help: string): void {
  Annotations.of(scope).addWarningV2(`purgeplan:${code}`, `${message}; ${help}`);
}

function summary({ repository, base, head }: Planned, answer: PlanAnswer): string {
  const purged = answer.decisions.filter(({ outcome }) => outcome === 'purge').length;
  const wildcards = answer.distributions.reduce((sum, one) => sum + one.wildcards, 0);
  const from = base?.slice(0, 7) ?? 'nothing';
  const to = head?.slice(0, 7) ?? 'working tree';
  return (
    `purge preview of \`${repository}\`, ${from}..${to}: ${purged} of ${count(answer.decisions.length, 'change')} purged, ` +
    `${count(answer.billed_paths, 'path')} (${count(wildcards, 'wildcard')}), at most $${dollars(answer.billed_paths)} ` +
    'beyond the free 1,000 a month; see purge-preview.md'
  );
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

/** Half a cent a path. */
function dollars(paths: number): string {
  return ((paths * 5) / 1000).toFixed(3);
}
