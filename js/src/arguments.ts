// The arguments of `npx purgeplan`: those that the native program takes, refused where it refuses them.

/** A command as it was asked for. */
export type Asked =
  | { command: 'plan' | 'explain' | 'check' | 'schema'; subject: string; options: Options }
  | { command: 'help'; text: string; failed?: boolean }
  | { command: 'version' };

/** What the options say; each has its values in order. */
export type Options = { readonly [name in Name]?: readonly string[] };

/** Arguments that cannot be used, in the native program's words. */
export class Misuse extends Error {
  constructor(message: string, readonly help = "for more information, try '--help'") {
    super(message);
  }
}

interface Option {
  /** What its values are; without any it is a switch. */
  value?: readonly string[];
  many?: true;
  /** Whether the value may be empty, as an unset variable of a CI makes it; no file has such a name. */
  empty?: true;
  choices?: readonly string[];
  help: string;
}

const OPTIONS = {
  repo: { value: ['DIR'], help: "The site's git repository [default: .]" },
  base: { value: ['REV'], empty: true, help: 'The commit that was deployed before; without it, the first parent of head' },
  head: { value: ['REV'], empty: true, help: 'The commit that is deployed [default: HEAD]' },
  diff: { value: ['FILE'], many: true, help: 'Diff to read instead of a repository, `-` for standard input; several are taken oldest first' },
  'diff-format': {
    value: ['DIFF_FORMAT'],
    choices: ['auto', 'unified', 'name-status', 'raw', 'name-only', 'codecommit'],
    help: 'How the diffs are written [default: auto]',
  },
  partial: { help: 'Take a diff that is cut off as far as it goes' },
  manifests: { value: ['BEFORE', 'AFTER'], help: 'Two lists of keys with hashes, or two S3 listings, instead of a diff' },
  live: { value: ['FILE'], help: 'All that is live, one object key a line, or what `aws s3api list-objects-v2` prints' },
  'live-kind': { value: ['LIVE_KIND'], choices: ['keys', 'urls'], help: 'What the lines of `--live` are [default: keys]' },
  distribution: {
    value: ['[ID=]FILE'],
    many: true,
    empty: true,
    help: 'Configuration of a distribution, as `aws cloudfront get-distribution-config` prints it',
  },
  'distribution-id': { value: ['ID'], empty: true, help: 'Distribution to plan for, when the policy names none or several' },
  policy: { value: ['FILE'], help: 'Policy file (JSON); without one, the preset decides' },
  preset: { value: ['PRESET'], choices: ['article', 'sound'], help: 'Set of defaults [default: sound]' },
  format: { value: ['FORMAT'], choices: ['text', 'json'], help: 'What to print [default: text]' },
} satisfies Record<string, Option>;

type Name = keyof typeof OPTIONS;

interface Command {
  about: string;
  subject?: string;
  options: readonly Name[];
  /** What `--format` takes beside `text` and `json`. */
  formats?: readonly string[];
}

const INPUTS = Object.keys(OPTIONS).filter((name) => name !== 'format') as Name[];

const COMMANDS: Record<'plan' | 'explain' | 'check' | 'schema', Command> = {
  plan: {
    about: 'Print what a deploy would purge; calls nothing and changes nothing',
    options: [...INPUTS, 'format'],
    formats: ['markdown', 'aws-cli'],
  },
  explain: {
    about: 'Print why a URL is purged or kept, or what becomes of a repository path',
    subject: 'URL|PATH',
    options: [...INPUTS, 'format'],
  },
  check: { about: 'Check a policy file and print it with every value that holds', subject: 'POLICY', options: ['format'] },
  schema: { about: 'Print the JSON Schema of policy files, for editors', options: [] },
};

/** What calls AWS, or runs the Lambda. */
const NATIVE = ['apply', 'local', 'redrive'];

/** Which option cannot stand beside which others, and which needs which. */
const CONFLICTS: readonly (readonly [Name, readonly Name[]])[] = [
  ['diff', ['repo', 'base', 'head', 'manifests']],
  ['diff-format', ['repo', 'base', 'head', 'manifests']],
  ['partial', ['repo', 'base', 'head', 'manifests']],
  ['manifests', ['repo', 'base', 'head']],
  ['policy', ['preset']],
];
const NEEDS: readonly (readonly [Name, Name])[] = [
  ['diff-format', 'diff'],
  ['partial', 'diff'],
  ['live-kind', 'live'],
];

/** Reads the arguments. */
export function asked(args: readonly string[]): Asked {
  // What Node makes of bytes that are no UTF-8: another name than the one that was meant.
  if (args.some((argument) => argument.includes('\ufffd'))) {
    throw new Misuse('invalid UTF-8 was detected in one or more arguments', 'Node passes on no such names: run the native program');
  }
  const [first, ...rest] = args;
  if (first === undefined) return { command: 'help', text: help(), failed: true };
  if (first === '-h' || first === '--help') return { command: 'help', text: help() };
  if (first === '-V' || first === '--version') return { command: 'version' };
  if (first === 'help') return { command: 'help', text: rest[0] === undefined ? help() : help(named(rest[0])) };
  if (first.startsWith('-')) throw unexpected(first);
  const command = named(first);
  const { values, subjects, helped } = scanned(command, rest);
  if (helped) return { command: 'help', text: help(command) };
  checkTogether(values);
  const { subject } = COMMANDS[command];
  if (subject !== undefined && subjects.length === 0) throw missing(`<${subject}>`);
  if (command === 'check' && subjects[0] === '') throw new Misuse(`a value is required for '<${subject}>' but none was supplied`);
  return { command, subject: subjects[0] ?? '', options: Object.fromEntries(values) };
}

function named(name: string): keyof typeof COMMANDS {
  if (Object.hasOwn(COMMANDS, name)) return name as keyof typeof COMMANDS;
  if (!NATIVE.includes(name)) throw new Misuse(`unrecognized subcommand '${name}'`);
  const build = 'run the native program, which `cargo build --release --package purgeplan` builds in the repository';
  throw new Misuse(`\`${name}\` is in the native program only`, build);
}

/** Each argument by itself. */
function scanned(command: keyof typeof COMMANDS, args: readonly string[]) {
  const values = new Map<Name, string[]>();
  const subjects: string[] = [];
  const room = COMMANDS[command].subject === undefined ? 0 : 1;
  let plain = false;
  for (let at = 0; at < args.length; at += 1) {
    const argument = args[at] as string;
    if (plain || !isOption(argument)) {
      if (subjects.length === room) throw unexpected(argument);
      subjects.push(argument);
    } else if (argument === '--') {
      plain = true;
    } else if (argument === '--help' || argument.startsWith('-h')) {
      return { values, subjects, helped: true };
    } else {
      const [, name, value] = /^--([^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
      if (!COMMANDS[command].options.includes(name as Name)) throw unexpected(argument);
      const own = taken(command, name as Name, value, args.slice(at + 1));
      if (value === undefined) at += own.length;
      const earlier = values.get(name as Name);
      const { many }: Option = OPTIONS[name as Name];
      if (earlier && !many) throw new Misuse(`the argument '${shown(name as Name)}' cannot be used multiple times`);
      values.set(name as Name, [...(earlier ?? []), ...own]);
    }
  }
  return { values, subjects, helped: false };
}

/** The values of one option: the one behind `=`, or the arguments that follow. */
function taken(command: keyof typeof COMMANDS, name: Name, given: string | undefined, rest: readonly string[]): string[] {
  const { value: wanted = [], choices: known, empty }: Option = OPTIONS[name];
  if (wanted.length === 0) {
    if (given === undefined) return [];
    throw new Misuse(`unexpected value '${given}' for '--${name}' found; no more were expected`);
  }
  const next = rest.slice(0, wanted.length);
  const end = next.findIndex(isOption);
  const values = given !== undefined ? [given] : end < 0 ? next : next.slice(0, end);
  const choices = name === 'format' && known ? [...known, ...(COMMANDS[command].formats ?? [])] : known;
  const possible = choices ? ` [possible values: ${choices.join(', ')}]` : '';
  if (values.length === 0 || (values.includes('') && !empty)) {
    // A next option stands there, and is one that there is not.
    const own = rest[0] !== undefined && given === undefined && /^--?([^=]*)/.exec(rest[0])?.[1];
    if (own && own !== 'help' && !COMMANDS[command].options.includes(own as Name)) throw unexpected(rest[0] as string);
    throw new Misuse(`a value is required for '${shown(name)}' but none was supplied${possible}`);
  }
  if (values.length < wanted.length) {
    throw new Misuse(`${wanted.length} values required for '${shown(name)}' but ${values.length} was provided`);
  }
  if (choices && !choices.includes(values[0] as string)) {
    throw new Misuse(`invalid value '${values[0]}' for '${shown(name)}'${possible}`);
  }
  return values;
}

function checkTogether(values: ReadonlyMap<Name, unknown>): void {
  const given = [...values.keys()];
  for (const one of given) {
    const others = given.filter((other) =>
      CONFLICTS.some(([name, names]) => (name === one && names.includes(other)) || (name === other && names.includes(one))),
    );
    const list = others.length > 1 ? `: ${others.map(shown).join(' ')}` : ` '${shown(others[0] ?? one)}'`;
    if (others.length > 0) throw new Misuse(`the argument '${shown(one)}' cannot be used with${list}`);
  }
  for (const [name, needed] of NEEDS) if (values.has(name) && !values.has(needed)) throw missing(shown(needed));
}

/** `-` is a value: standard input. */
function isOption(argument: string): boolean {
  return argument.startsWith('-') && argument !== '-';
}

function unexpected(argument: string): Misuse {
  const named = argument.startsWith('--') ? argument.split('=')[0] : argument.startsWith('-') ? argument.slice(0, 2) : argument;
  return new Misuse(`unexpected argument '${named}' found`);
}

function missing(what: string): Misuse {
  return new Misuse(`the following required arguments were not provided: ${what}`);
}

function shown(name: Name): string {
  const { value = [] }: Option = OPTIONS[name];
  return [`--${name}`, ...value.map((one) => `<${one}>`)].join(' ');
}

/** The help of the program, or of one command. */
function help(command?: keyof typeof COMMANDS): string {
  const last = ['-h, --help', 'Print help'] as const;
  if (command === undefined) {
    const commands = Object.entries(COMMANDS).map(([name, { about }]) => [name, about] as const);
    return [
      'Which CloudFront URLs does a deploy make stale? purgeplan reads the commit diff and names them, with the reason\n',
      'Usage: purgeplan <COMMAND>\n',
      `Commands:\n${table([...commands, ['help', 'Print this message or the help of the given subcommand(s)']])}`,
      `Options:\n${table([last, ['-V, --version', 'Print version']])}`,
      `In the native program only: ${NATIVE.map((name) => `\`${name}\``).join(', ')}.\n`,
    ].join('\n');
  }
  const { about, subject, options, formats = [] } = COMMANDS[command];
  const rows = options.map((name) => {
    const { choices, help }: Option = OPTIONS[name];
    const possible = choices && ` [possible values: ${[...choices, ...(name === 'format' ? formats : [])].join(', ')}]`;
    return [`    ${shown(name)}`, `${help}${possible ?? ''}`] as const;
  });
  const usage = ['purgeplan', command, ...(options.length > 0 ? ['[OPTIONS]'] : []), ...(subject === undefined ? [] : [`<${subject}>`])];
  return [`${about}\n`, `Usage: ${usage.join(' ')}\n`, `Options:\n${table([...rows, last])}`].join('\n');
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `  ${name.padEnd(width)}  ${text}\n`).join('');
}
