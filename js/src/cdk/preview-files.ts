// `purge-preview.json` and `purge-preview.md` in the cloud assembly: one of each, with every construct's preview.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { Stage, attachCustomSynthesis } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';

import type { Preview } from './preview.js';

/** The previews of one assembly, by the construct's path. */
const assemblies = new WeakMap<IConstruct, Map<string, Preview>>();

/** Where a construct says its preview; the files are written with the assembly. */
export function record(scope: Construct): (preview: Preview) => void {
  const assembly = Stage.of(scope) ?? scope.node.root;
  const previews = assemblies.get(assembly) ?? new Map<string, Preview>();
  assemblies.set(assembly, previews);
  attachCustomSynthesis(scope, {
    onSynthesize({ outdir }): void {
      const sorted = [...previews].sort(([one], [other]) => (one < other ? -1 : 1));
      writeFileSync(
        join(outdir, 'purge-preview.json'),
        `${JSON.stringify(Object.fromEntries(sorted.map(asJson)), null, 2)}\n`,
      );
      writeFileSync(join(outdir, 'purge-preview.md'), sorted.map(asMarkdown).join('\n'));
    },
  });
  return (preview) => void previews.set(scope.node.path, preview);
}

function asJson([path, preview]: [string, Preview]): [string, unknown] {
  if (preview.type === 'unavailable') return [path, preview];
  const { rendered: _, ...answer } = preview.answer;
  return [path, { ...preview, answer }];
}

function asMarkdown([path, preview]: [string, Preview]): string {
  const title = `## ${path.replaceAll(/[\\`*_{}[\]<>#|]/g, '\\$&')}\n\n`;
  if (preview.type === 'unavailable') return `${title}No purge preview: ${preview.message}.\n`;
  const { repository, base, head } = preview;
  const range = `From ${base ?? 'nothing'} to ${head ?? 'the working tree'} of \`${repository}\`.\n\n`;
  return `${title}${range}${preview.answer.rendered ?? ''}`;
}
