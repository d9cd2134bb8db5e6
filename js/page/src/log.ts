// The answer that a Lambda's log lines tell, for the dashboard.
import type { DecisionAnswer, Failure, PlanAnswer, Remark } from '../../src/types.js';
import { Paths } from './view/sweeps.js';

/** What is read of a line; `host-lambda/src/log.rs` writes it. */
interface Line {
  message?: string;
  span?: { request_id?: string };
  [field: string]: unknown;
}

/** What is read of Lambda's own line at the start of an attempt. */
const START = 'START';

/**
 * Reads the lines that purgeplan's Lambda logged at the level `debug` (`AWS_LAMBDA_LOG_LEVEL`), as CloudWatch has them:
 * the answer of the invocation, or of the last one that decided something; of several attempts the last. Several distributions are shown as one, because
 * the lines do not say which URL is whose.
 *
 * @returns Nothing when no line tells of a decision or a failure.
 */
export function answerOfLog(text: string, requestId?: string): PlanAnswer | Failure | undefined {
  const all = text.split('\n').flatMap(lineOf);
  const tells = ({ message, span }: Line) =>
    (message === 'decision' || message === 'failed') && (requestId === undefined || span?.request_id === requestId);
  const last = all.findLast(tells);
  if (!last) return undefined;
  const same = all.filter(({ span }) => span?.request_id === last.span?.request_id);
  const lines = attempts(same).findLast((attempt) => attempt.some(tells)) ?? same;
  const failed = lines.find(({ message }) => message === 'failed');
  if (failed) return { type: 'failure', errors: [{ code: asText(failed['code']), message: asText(failed['error']), help: asText(failed['help']) }] };
  return answerOf(lines);
}

/** Lambda tries again under the same id. An attempt ends with its last line, or where the next one starts. */
function attempts(lines: Line[]): Line[][] {
  const all: Line[][] = [[]];
  for (const line of lines) {
    if (line.message === START) all.push([]);
    all.at(-1)!.push(line);
    if (line.message === 'summary' || line.message === 'failed') all.push([]);
  }
  return all;
}

/** A line may begin with the time, as exports of CloudWatch have it. */
function lineOf(text: string): Line[] {
  const started = /\bSTART RequestId: (\S+)/.exec(text)?.[1];
  if (started !== undefined) return [{ message: START, span: { request_id: started } }];
  const start = text.indexOf('{');
  if (start < 0) return [];
  try {
    return [ofPlatform(JSON.parse(text.slice(start)) as Line)];
  } catch {
    return [];
  }
}

/** Lambda's own line of a start, when its log format is JSON. */
function ofPlatform(line: Line): Line {
  if (line['type'] !== 'platform.start') return line;
  return { message: START, span: { request_id: asText((line['record'] as { requestId?: unknown } | undefined)?.requestId) } };
}

function answerOf(lines: Line[]): PlanAnswer {
  const named = (message: string) => lines.filter((line) => line.message === message);
  const invalidations = named('invalidation');
  const ids = [...new Set(invalidations.map(({ distribution }) => asText(distribution)))];
  const id = ids.length === 1 ? ids[0]! : '';
  const decisions = named('decision').map((line) => decisionOf(line, id));
  const paths = [...new Set(named('decision').flatMap(({ paths }) => words(paths)))].sort();
  const [summary = {} as Line] = named('summary');
  const billed_paths = number(summary['billed_paths']) ?? paths.length;
  const wildcards = number(summary['wildcards']) ?? paths.filter((path) => path.endsWith('*')).length;
  const over_purged = number(summary['over_purged']);
  // Of several batches nobody knows which path was in which.
  const caller_reference = invalidations.length === 1 ? asText(invalidations[0]!['caller_reference']) : '';
  const batches = paths.length > 0 ? [{ caller_reference, paths }] : [];
  return {
    type: 'success',
    preset: summary['preset'] === 'article' ? 'article' : 'sound',
    policy: decisions.some(({ rule }) => rule.startsWith('/')) ? 'given' : 'none',
    paths,
    decisions,
    distributions: [{ id, batches, billed_paths, wildcards, ...(over_purged === undefined ? {} : { over_purged }) }],
    billed_paths,
    diagnostics: [...named('base'), ...named('diagnostic')].map(remarkOf),
  };
}

function decisionOf(line: Line, distribution: string): DecisionAnswer {
  const { change, path, from, key, outcome, reason, rule, commit } = line as unknown as DecisionAnswer;
  const forms = words(line['forms']);
  const reach = new Paths(distribution, words(line['paths']), false);
  const urls = words(line['urls']).map((url, at) => {
    const by = reach.reaching(url)?.path;
    return { url, distribution, form: forms[at] as DecisionAnswer['urls'][number]['form'], ...(by === undefined ? {} : { path: by }) };
  });
  return { change, path, ...(from != null && { from }), ...(key != null && { key }), outcome, reason, rule, ...(commit != null && { commit }), urls };
}

function remarkOf(line: Line): Remark {
  return { severity: line['severity'] === 'info' ? 'info' : 'warning', code: asText(line['code']), message: asText(line['text']), help: asText(line['help']) };
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);
/** URLs and paths are encoded, so a space parts them. */
const words = (value: unknown): string[] => asText(value).split(' ').filter(Boolean);
