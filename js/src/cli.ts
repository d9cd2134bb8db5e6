// `npx purgeplan plan …`: the arguments and the output of the native command line, from the same core.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { getSystemErrorMap } from 'node:util';

import { asked, Misuse, type Options } from './arguments.js';
import { askText, policySchema, version } from './index.js';

/** Why the program stops; already worded for a person, or by the core. */
class Stop extends Error {
  constructor(message: string, readonly help = '', readonly rendered = false) {
    super(message);
  }
}

function main(): void {
  const said = asked(process.argv.slice(2));
  if (said.command === 'version') return print(`purgeplan ${version}\n`);
  if (said.command === 'help') {
    process.exitCode = said.failed ? 2 : 0;
    return print(said.text, said.failed ? 2 : 1);
  }
  const { command, subject, options } = said;
  if (command === 'schema') return print(`${JSON.stringify(policySchema(), sorted, 2)}\n`);
  const request = new Request();
  const fields: Record<string, unknown> = { op: command };
  if (command === 'check') request.policy(subject);
  else request.inputs(options);
  if (command === 'explain') fields[/^(\/|https?:\/\/)/.test(subject) ? 'url' : 'path'] = subject;
  show(request, fields, options.format?.[0]);
}

/** What the core is asked, and the files that this names. */
class Request {
  private readonly fields: Record<string, unknown> = {};
  private readonly attachments: Uint8Array[] = [];
  private readonly names: string[] = [];

  inputs(options: Options): void {
    const { diff = [], manifests = [], distribution = [] } = options;
    const [policy, id, live] = [options.policy?.[0], options['distribution-id']?.[0], options.live?.[0]];
    this.fields['diffs'] = diff.length + manifests.length === 0 ? [this.range(options)] : this.given(options);
    if (policy === undefined) this.fields['preset'] = options.preset?.[0] ?? 'sound';
    else this.policy(policy);
    if (id !== undefined) this.fields['distribution'] = id;
    const configs = distribution.map((said) => this.distribution(said));
    if (configs.length > 0) this.fields['distribution_configs'] = configs;
    if (live !== undefined) {
      const attachment = this.file('live set', live, '--live');
      this.fields['live'] = { attachment, complete: true, kind: options['live-kind']?.[0] ?? 'keys' };
    }
  }

  policy(file: string): void {
    this.fields['policy_attachment'] = this.file('policy file', file, '--policy');
  }

  /** The core's answer; `format` asks for it as text, with colour for one of the two streams. */
  call(fields: object, format?: string, stream: Stream = 'stdout'): string {
    const render = format && { format, colour: isColoured(stream), attachment_names: this.names };
    return askText(JSON.stringify({ ...this.fields, ...fields, render }), this.attachments);
  }

  private attach(name: string, bytes: Uint8Array): number {
    this.names.push(name);
    this.attachments.push(bytes);
    return this.attachments.length - 1;
  }

  private file(what: string, path: string, option: string): number {
    const name = path === '-' ? 'standard input' : path;
    if (path === '-' && this.names.includes(name)) {
      throw new Stop('standard input (`-`) is named twice', 'name it once, and files for the rest');
    }
    try {
      return this.attach(name, readFileSync(path === '-' ? 0 : path));
    } catch (error) {
      throw new Stop(`${what} \`${path}\` cannot be read: ${reason(error)}`, `name an existing file with \`${option}\``);
    }
  }

  private given({ diff = [], manifests = [], ...options }: Options): object[] {
    if (manifests.length > 0) {
      return [{ format: 'manifests', attachments: manifests.map((file) => this.file('list', file, '--manifests')) }];
    }
    const format = options['diff-format']?.[0] ?? 'auto';
    const partial = options.partial !== undefined;
    const attachments = diff.map((file) => this.file('diff', file, '--diff'));
    // The files of CodeCommit are the pages of one answer.
    const groups = format === 'codecommit' ? [attachments] : attachments.map((one) => [one]);
    return groups.map((group) => ({ format, attachments: group, partial }));
  }

  /** The diff between two commits of a repository. */
  private range(options: Options): object {
    const [repo = '.', base, head = 'HEAD'] = [options.repo, options.base, options.head].map((values) => values?.[0]);
    git(repo, ['rev-parse', '--git-dir'], (said) => `\`${repo}\` is not a git repository: ${said}; give the folder of one`);
    const commit = (name: string) =>
      git(repo, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], () =>
        `\`${name}\` names no commit in \`${repo}\`; give a branch, a tag or a commit id of this repository`,
      ).toString().trim();
    const to = commit(head);
    const from = base === undefined ? parent(repo, to) : commit(base);
    const tree = from ?? git(repo, ['hash-object', '-t', 'tree', '--stdin']).toString().trim();
    const diff = git(repo, ['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', tree, to]);
    return { format: 'git-raw', attachments: [this.attach('git diff', diff)], base: from ?? null, head: to };
  }

  /** `ID=FILE`, or `FILE` alone. */
  private distribution(said: string): object {
    const named = existsSync(said) ? null : /^([A-Z0-9]+)=(.*)$/s.exec(said);
    const attachment = this.file('distribution configuration', named?.[2] ?? said, '--distribution');
    return named ? { id: named[1], attachment } : { attachment };
  }
}

/** A commit's first parent, as the commit records it: where a shallow clone ends, git else says that there is none. */
function parent(repo: string, commit: string): string | undefined {
  const header = git(repo, ['cat-file', 'commit', commit]).toString().split('\n\n')[0] ?? '';
  const recorded = /^parent ([0-9a-f]+)$/m.exec(header)?.[1];
  if (recorded === undefined) return undefined;
  const missing = () =>
    `the parent of \`${commit}\` is not in \`${repo}\`, a shallow clone; run \`git fetch --deepen=1\` there, or name the commit to compare with`;
  git(repo, ['rev-parse', '--verify', '--quiet', `${recorded}^{commit}`], missing);
  return recorded;
}

/** Runs git; as natively, variables of the git that this runs under (a hook, say) do not name another repository. */
function git(directory: string, args: string[], told?: (said: string) => string): Buffer {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || name.startsWith('GIT_CONFIG'));
  const env = { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', GIT_NO_REPLACE_OBJECTS: '1', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync('git', ['-C', directory, ...args], { stdio, maxBuffer: 1 << 30, env });
  } catch (error) {
    const failed = error as NodeJS.ErrnoException & { stderr?: Buffer };
    if (failed.code === 'ENOENT') throw new Stop(`could not run \`git\`: ${reason(error)}; install git and put it on the PATH`);
    const said = failed.stderr?.toString().trim() ?? '';
    if (told) throw new Stop(told(said));
    throw new Stop(`\`git ${args[0]}\` failed in \`${directory}\`: ${said}`);
  }
}

/** For JSON whose names are in order. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** As the system words it, which is how the native program does. */
function reason(error: unknown): string {
  const { code = '', errno } = error as NodeJS.ErrnoException;
  if (errno === undefined) return (error as Error).message;
  // Node's words are those of libuv, which differ in some.
  const own: Record<string, string> = {
    EISDIR: 'Is a directory',
    ELOOP: 'Too many levels of symbolic links',
    EIO: 'Input/output error',
    ENAMETOOLONG: 'File name too long',
  };
  const said = own[code] ?? getSystemErrorMap().get(errno)?.[1] ?? code;
  return `${said.charAt(0).toUpperCase()}${said.slice(1)} (os error ${Math.abs(errno)})`;
}

type Stream = 'stdout' | 'stderr';

/** Whether a stream is to have colour, by the rules of the native program. */
function isColoured(stream: Stream): boolean {
  const { NO_COLOR, CLICOLOR_FORCE, CLICOLOR, TERM, CI } = process.env;
  if (NO_COLOR) return false;
  if (CLICOLOR_FORCE) return true;
  if (CLICOLOR === '0') return false;
  const known = TERM === undefined ? process.platform === 'win32' : TERM !== 'dumb';
  return process[stream].isTTY === true && (known || CLICOLOR !== undefined || CI !== undefined);
}

/** What a file is called, say, without what would change the terminal: as the core shows such characters. */
function plain(text: string): string {
  const hostile = /[\p{Cc}\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\u061c]/gu;
  return text.replace(hostile, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`);
}

function show(request: Request, fields: object, format = 'text'): void {
  if (format === 'json') {
    const answer = request.call(fields);
    if (answer.startsWith('{"type":"success"')) return print(`${answer}\n`);
  }
  type Rendered = { type: string; rendered?: string; errors?: { message: string; help: string }[] };
  const text = format === 'json' ? 'text' : format;
  const rendering = (stream: Stream) => JSON.parse(request.call(fields, text, stream)) as Rendered;
  const answer = rendering('stdout');
  if (answer.type === 'success') return print(answer.rendered ?? '');
  const { rendered, errors = [] } = isColoured('stderr') === isColoured('stdout') ? answer : rendering('stderr');
  if (rendered !== undefined) throw new Stop(rendered.trimEnd(), '', true);
  // The module stopped.
  throw new Stop(errors[0]?.message ?? '', errors[0]?.help);
}

/** Everything, also into a pipe; a reader that has seen enough (`| head`) is no error. */
function print(output: string, to = 1): void {
  const bytes = Buffer.from(output);
  let written = 0;
  while (written < bytes.length) {
    try {
      written += writeSync(to, bytes, written);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'EPIPE') return;
      if (code !== 'EAGAIN') throw new Stop(`the output could not be written: ${reason(error)}`, 'check where it goes');
    }
  }
}

function told(error: Stop | Misuse): string {
  if (error instanceof Stop && error.rendered) return error.message;
  const [red, bold, off] = isColoured('stderr') ? ['\x1b[1m\x1b[31m', '\x1b[1m', '\x1b[0m'] : ['', '', ''];
  return `${red}error:${off} ${plain(error.message)}${error.help && `\n${bold}help:${off}  ${plain(error.help)}`}`;
}

try {
  main();
} catch (error) {
  if (!(error instanceof Stop || error instanceof Misuse)) throw error;
  process.exitCode = 2;
  try {
    print(`${told(error)}\n`, 2);
  } catch {
    // There is nowhere else to tell it.
  }
}
