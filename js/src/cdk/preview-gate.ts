// Which previews fail the synthesis.
import type { PreviewGate } from './preview-options.js';
import type { Preview } from './preview.js';

/** What the gate refuses; empty when the synthesis goes on. */
export function broken(preview: Preview, gate: PreviewGate): string[] {
  if (preview.type === 'unavailable')
    return gate.unavailable ? [`preview.failOn: no purge preview: ${preview.message}`] : [];
  const { answer } = preview;
  // Of a plan that is refused nothing can be counted: it passes no gate.
  if (answer.type === 'failure') return isShut(gate) ? answer.errors.map(told) : [];
  const remarks = answer.diagnostics.filter(
    ({ severity, code }) => (gate.warnings && severity === 'warning') || gate.codes?.includes(code),
  );
  const wildcards = answer.distributions.reduce((sum, one) => sum + one.wildcards, 0);
  return [
    ...remarks.map(told),
    ...over('billedPaths', answer.billed_paths, gate.billedPaths),
    ...over('wildcards', wildcards, gate.wildcards),
  ];
}

/** Whether anything fails. */
function isShut({ warnings, codes, billedPaths, wildcards, unavailable }: PreviewGate): boolean {
  const limited = billedPaths !== undefined || wildcards !== undefined;
  return warnings === true || unavailable === true || limited || (codes ?? []).length > 0;
}

function told({ code, message, help }: { code: string; message: string; help: string }): string {
  return `preview.failOn: ${code}: ${message}; ${help}`;
}

function over(what: 'billedPaths' | 'wildcards', number: number, most: number | undefined): string[] {
  if (most === undefined || number <= most) return [];
  const noun = what === 'wildcards' ? 'wildcards' : 'invalidation paths';
  return [`preview.failOn: the next deploy needs ${number} ${noun}, \`${what}\` allows ${most}; see purge-preview.md`];
}
