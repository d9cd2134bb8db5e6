// `npx purgeplan plan …`: the arguments and the output of the native command line, from the same core.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';

import { askText, policySchema, version } from './index.js';

const HELP = `Which CloudFront URLs does a deploy make stale? purgeplan reads the commit diff and names them, with the reason.

Usage: purgeplan <plan|explain URL|PATH|check POLICY|schema> [OPTIONS]

Commands:
  plan     Print what a deploy would purge; calls nothing and changes nothing
  explain  Print why a URL is purged or kept, or what becomes of a repository path
  check    Check a policy file and print it with every value that holds
  schema   Print the JSON Schema of policy files, for editors

Options of plan and explain:
  --repo <DIR>                  The site's git repository [default: .]
  --base <REV>                  The commit that was deployed before; without it, the first parent of head
  --head <REV>                  The commit that is deployed [default: HEAD]
  --diff <FILE>                 Diff to read instead of a repository, \`-\` for standard input; several are taken oldest first
  --diff-format <FORMAT>        auto, unified, name-status, raw, name-only or codecommit [default: auto]
  --partial                     Take a diff that is cut off as far as it goes
  --manifests <BEFORE> <AFTER>  Two lists of keys with hashes, or two S3 listings, instead of a diff
  --live <FILE>                 All that is live, one object key a line, or what \`aws s3api list-objects-v2\` prints
  --live-kind <KIND>            keys or urls [default: keys]
  --distribution <[ID=]FILE>    Configuration of a distribution, as \`aws cloudfront get-distribution-config\` prints it
  --distribution-id <ID>        Distribution to plan for, when the policy names none or several
  --policy <FILE>               Policy file (JSON); without one, the preset decides
  --preset <PRESET>             article or sound [default: sound]
  --format <FORMAT>             text or json; of plan also markdown or aws-cli [default: text]
  -h, --help                    Print help
  -V, --version                 Print version

\`purgeplan local\`, which runs the whole job on this machine, is in the native program only.
`;

/** Why the program stops; already worded for a person, or by the core. */
class Stop extends Error {
  constructor(message: string, readonly help = '', readonly rendered = false) {
    super(message);
  }
}

interface Arguments {
  repo?: string;
  base?: string;
  head?: string;
  diff?: string[];
  'diff-format'?: string;
  partial?: boolean;
  manifests?: string[];
  live?: string;
  'live-kind'?: string;
  distribution?: string[];
  'distribution-id'?: string;
  policy?: string;
  preset?: string;
  format?: string;
}

const text = { type: 'string' } as const;
const texts = { type: 'string', multiple: true } as const;
const options = {
  repo: text, base: text, head: text, diff: texts, 'diff-format': text, partial: { type: 'boolean' }, manifests: texts,
  live: text, 'live-kind': text, distribution: texts, 'distribution-id': text, policy: text, preset: text, format: text,
  help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'V' },
} as const;

const CHOICES: Record<string, readonly string[]> = {
  'diff-format': ['auto', 'unified', 'name-status', 'raw', 'name-only', 'codecommit'],
  'live-kind': ['keys', 'urls'],
  preset: ['article', 'sound'],
};

function main(): void {
  const { values, positionals } = parsed(process.argv.slice(2));
  if (values.help) return print(HELP);
  if (values.version) return print(`purgeplan ${version}\n`);
  const [command, subject, surplus] = positionals;
  for (const [name, allowed] of Object.entries(CHOICES)) choice(name, values[name as keyof Arguments], allowed);
  if (command === undefined) throw usage('a command is missing: plan, explain, check or schema');
  const formats = command === 'plan' ? ['text', 'json', 'markdown', 'aws-cli'] : ['text', 'json'];
  choice('format', values.format, formats);
  const wanted = command === 'explain' || command === 'check';
  if (wanted !== (subject !== undefined) || surplus !== undefined) {
    throw usage(wanted ? `\`${command}\` takes one argument` : `\`${command}\` takes no argument but options`);
  }
  const request = new Request();
  switch (command) {
    case 'plan':
      request.inputs(values);
      return show(request, { op: 'plan' }, values.format);
    case 'explain': {
      request.inputs(values);
      const isUrl = /^(\/|https?:\/\/)/.test(subject as string);
      return show(request, { op: 'explain', [isUrl ? 'url' : 'path']: subject }, values.format);
    }
    case 'check':
      request.policy(subject as string);
      return show(request, { op: 'check' }, values.format);
    case 'schema':
      return print(`${JSON.stringify(policySchema(), sorted, 2)}\n`);
    default:
      throw usage(`\`${command}\` is no command: plan, explain, check and schema are`);
  }
}

/** `--manifests` takes two values, which `parseArgs` does not know: the second becomes a `--manifests` of its own. */
function parsed(args: string[]): { values: Arguments & { help?: boolean; version?: boolean }; positionals: string[] } {
  const at = args.indexOf('--manifests');
  const second = at < 0 ? undefined : args[at + 2];
  if (second !== undefined && !second.startsWith('--')) args.splice(at + 2, 0, '--manifests');
  try {
    return parseArgs({ args, options, allowPositionals: true });
  } catch (error) {
    throw usage((error as Error).message.split('. ')[0] ?? '');
  }
}

function choice(option: string, value: unknown, allowed: readonly string[]): void {
  if (value !== undefined && !allowed.includes(value as string)) {
    throw usage(`invalid value '${value}' for '--${option}': it is one of ${allowed.join(', ')}`);
  }
}

function usage(message: string): Stop {
  return new Stop(message, "for more information, try '--help'");
}

/** What the core is asked, and the files that this names. */
class Request {
  private readonly fields: Record<string, unknown> = {};
  private readonly attachments: Uint8Array[] = [];
  private readonly names: string[] = [];

  inputs(values: Arguments): void {
    const { diff = [], manifests = [] } = values;
    const ranged = [values.repo, values.base, values.head].some((value) => value !== undefined);
    if (ranged && diff.length + manifests.length > 0) {
      throw usage("'--diff' and '--manifests' cannot be used with '--repo', '--base' or '--head'");
    }
    if (diff.length > 0 && manifests.length > 0) throw usage("'--diff' cannot be used with '--manifests'");
    if (manifests.length !== 0 && manifests.length !== 2) throw usage("'--manifests' takes two files");
    if (diff.length === 0 && (values.partial || values['diff-format'])) {
      throw usage("'--partial' and '--diff-format' need '--diff'");
    }
    if (values.policy !== undefined && values.preset !== undefined) {
      throw usage("'--policy' cannot be used with '--preset'");
    }
    if (values['live-kind'] !== undefined && values.live === undefined) throw usage("'--live-kind' needs '--live'");
    this.fields['diffs'] = diff.length + manifests.length === 0 ? [this.range(values)] : this.given(values);
    if (values.policy === undefined) this.fields['preset'] = values.preset ?? 'sound';
    else this.policy(values.policy);
    if (values['distribution-id'] !== undefined) this.fields['distribution'] = values['distribution-id'];
    const configs = (values.distribution ?? []).map((said) => this.distribution(said));
    if (configs.length > 0) this.fields['distribution_configs'] = configs;
    if (values.live !== undefined) {
      const attachment = this.file('live set', values.live, '--live');
      this.fields['live'] = { attachment, complete: true, kind: values['live-kind'] ?? 'keys' };
    }
  }

  policy(file: string): void {
    this.fields['policy_attachment'] = this.file('policy file', file, '--policy');
  }

  /** The core's answer; `format` asks for it as text. */
  call(fields: object, format?: string): string {
    const colour = format === 'text' && process.stdout.isTTY && !process.env['NO_COLOR'];
    const render = format && { format, colour, attachment_names: this.names };
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

  private given(values: Arguments): object[] {
    const { diff = [], manifests = [], partial = false } = values;
    if (manifests.length > 0) {
      return [{ format: 'manifests', attachments: manifests.map((file) => this.file('list', file, '--manifests')) }];
    }
    const format = values['diff-format'] ?? 'auto';
    const attachments = diff.map((file) => this.file('diff', file, '--diff'));
    // The files of CodeCommit are the pages of one answer.
    const groups = format === 'codecommit' ? [attachments] : attachments.map((one) => [one]);
    return groups.map((group) => ({ format, attachments: group, partial }));
  }

  /** The diff between two commits of a repository. */
  private range({ repo = '.', base, head = 'HEAD' }: Arguments): object {
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
  const env = { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: '0', GIT_NO_REPLACE_OBJECTS: '1', LC_ALL: 'C' };
  try {
    const stdio: ['ignore', 'pipe', 'pipe'] = ['ignore', 'pipe', 'pipe'];
    return execFileSync('git', ['-C', directory, ...args], { stdio, maxBuffer: 1 << 30, env });
  } catch (error) {
    const failed = error as NodeJS.ErrnoException & { stderr?: Buffer };
    if (failed.code === 'ENOENT') throw new Stop('could not run `git`', 'install git and put it on the PATH');
    const said = failed.stderr?.toString().trim() ?? '';
    if (told) throw new Stop(told(said));
    throw new Stop(`\`git ${args.join(' ')}\` failed: ${said}`, 'check the repository with `git fsck`');
  }
}

/** For JSON whose names are in order. */
function sorted(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** As the system words it, which is how the native program does. */
function reason(error: unknown): string {
  const { code, errno } = error as NodeJS.ErrnoException;
  const words: Record<string, string> = {
    ENOENT: 'No such file or directory',
    EACCES: 'Permission denied',
    EISDIR: 'Is a directory',
    ENOTDIR: 'Not a directory',
  };
  const said = (code && words[code]) ?? (error as Error).message;
  return errno === undefined ? said : `${said} (os error ${Math.abs(errno)})`;
}

function show(request: Request, fields: object, format = 'text'): void {
  if (format === 'json') {
    const answer = request.call(fields);
    if (answer.startsWith('{"type":"success"')) return print(`${answer}\n`);
  }
  const answer = JSON.parse(request.call(fields, format === 'json' ? 'text' : format)) as { type: string; rendered: string };
  if (answer.type !== 'success') throw new Stop(answer.rendered.trimEnd(), '', true);
  print(answer.rendered);
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
      if (code !== 'EAGAIN') throw error;
    }
  }
}

try {
  main();
} catch (error) {
  if (!(error instanceof Stop)) throw error;
  const shown = error.rendered ? error.message : `error: ${error.message}${error.help && `\nhelp:  ${error.help}`}`;
  print(`${shown}\n`, 2);
  process.exitCode = 2;
}
