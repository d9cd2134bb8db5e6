// Which previews fail the synthesis.
import type { Preview } from './preview.js';
import type { PreviewGate } from './preview-options.js';

/** What the gate refuses; empty when the synthesis goes on. */
export function broken(preview: Preview, gate: PreviewGate): string[] {
  if (preview.type === 'unavailable')
    return gate.unavailable ? [`preview.failOn: no purge preview: ${preview.message}`] : [];
  const { answer } = preview;
  const remarks = answer.type === 'failure' ? answer.errors : answer.diagnostics;
  const told = remarks.filter((remark) => {
    const warning = !('severity' in remark) || remark.severity === 'warning';
    return (gate.warnings && warning) || gate.codes?.includes(remark.code);
  });
  const found = told.map(({ code, message, help }) => `preview.failOn: ${code}: ${message}; ${help}`);
  if (answer.type === 'failure') return found;
  const wildcards = answer.distributions.reduce((sum, one) => sum + one.wildcards, 0);
  return [
    ...found,
    ...over('billedPaths', answer.billed_paths, gate.billedPaths),
    ...over('wildcards', wildcards, gate.wildcards),
  ];
}

function over(what: 'billedPaths' | 'wildcards', number: number, most: number | undefined): string[] {
  if (most === undefined || number <= most) return [];
  const noun = what === 'wildcards' ? 'wildcards' : 'invalidation paths';
  return [`preview.failOn: the next deploy needs ${number} ${noun}, \`${what}\` allows ${most}; see purge-preview.md`];
}
