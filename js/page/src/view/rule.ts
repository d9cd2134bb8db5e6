// The policy's own words for a rule.
import { clip } from './clip.js';

/** What stands at the JSON pointer in the policy, short enough to read; nothing for a rule that is no pointer. */
export function ruleText(policy: string | undefined, rule: string): string | undefined {
  if (!policy || !rule.startsWith('/')) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(policy);
  } catch {
    return undefined;
  }
  for (const step of rule.slice(1).split('/')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[step.replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  const text: string | undefined = JSON.stringify(value);
  return text && clip(text, 500);
}
