// Which previews fail the synthesis.
import { ofPolicy, worded } from './policy.js';
import type { PreviewGate } from './preview-options.js';
import type { Preview } from './preview.js';

/** What is wrong with the policy at this path of the repository. One of the function's own is checked where it is given. */
export function invalid(preview: Preview, path: string | undefined): string[] {
  if (path === undefined || preview.type === 'unavailable' || preview.answer.type !== 'failure') return [];
  return preview.answer.errors.filter(ofPolicy).map((error) => `\`${path}\` (\`policyPath\`): ${worded(error)}`);
}

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
