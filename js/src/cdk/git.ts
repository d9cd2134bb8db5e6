// The diff of the next deploy, from the site's git repository.
import { execFileSync } from 'node:child_process';
import { lstatSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

import type { PreviewOptions } from './preview-options.js';

/** What the next deploy changes. */
export interface Range {
  /** Whose commits they are: the remote's name for the repository, or the checkout's folder. */
  readonly repository: string;
  /** What `git diff --raw -z` prints. */
  readonly diff: Uint8Array;
  /** `undefined`: the head is the first commit. */
  readonly base?: string;
  /** `undefined`: the working tree. */
  readonly head?: string;
}

/** Why there is no preview, and what to do. */
export class Unavailable extends Error {}

/** The range that is asked for. `repository` is the name that a remote must have, where no folder is named. */
export function range(options: PreviewOptions, repository: string | undefined): Range {
  const git = new Git(options.directory);
  const known = repository !== undefined && git.remoteNames().includes(repository);
  if (options.directory === undefined && !known) throw new Unavailable(unknownSite(repository));
  const name = known ? repository : basename(git.root);
  const head = git.commit(options.head ?? 'HEAD');
  const base =
    options.mergeBase !== undefined
      ? git.mergeBase(options.mergeBase, head)
      : options.base !== undefined
        ? git.commit(options.base)
        : options.workingTree
          ? head
          : git.parent(head);
  const tree = base ?? git.text(['hash-object', '-t', 'tree', '--stdin']);
  if (options.workingTree) return { repository: name, diff: git.workingTree(tree), base };
  const diff = git.run(['diff-tree', '-r', '-z', '--raw', '--no-abbrev', '--no-renames', tree, head]);
  return { repository: name, diff, base, head };
}

/** The content of a file at a commit; without one, in the working tree. */
export function fileAt(options: PreviewOptions, commit: string | undefined, path: string): Uint8Array {
  const git = new Git(options.directory);
  // CodeCommit takes a path with a slash before it, git does not.
  const within = path.replace(/^\/+/, '');
  const missing = () =>
    new Unavailable(`\`${within}\` (\`policyPath\`) is not in the site's repository; in a partial clone, fetch it`);
  if (commit !== undefined) return git.run(['cat-file', 'blob', `${commit}:${within}`], missing);
  try {
    return readFileSync(join(git.root, within));
  } catch {
    throw missing();
  }
}

class Git {
  readonly root: string;

  constructor(directory: string | undefined) {
    const name = directory === undefined ? 'the current folder' : `\`${directory}\``;
    const outside = (said: string) =>
      new Unavailable(`${name} is in no git repository (${said}); set \`preview.directory\``);
    this.root = call(directory ?? '.', ['rev-parse', '--show-toplevel'], outside)
      .toString()
      .replace(/\n$/, '');
  }

  run(args: string[], told?: (said: string) => Error): Buffer {
    return call(this.root, args, told);
  }

  text(args: string[], told?: (said: string) => Error): string {
    return this.run(args, told).toString().trim();
  }

  commit(name: string): string {
    const unknown = () =>
      new Unavailable(`\`${name}\` names no commit of the site's repository; in a shallow clone, fetch more`);
    return this.text(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], unknown);
  }

  /** The first parent; `undefined` for a first commit. */
  parent(commit: string): string | undefined {
    const object = this.text(['cat-file', 'commit', commit]);
    const parent = /^parent ([0-9a-f]+)$/m.exec(object.split('\n\n')[0] ?? '')?.[1];
    // Of a shallow clone git would say that there is none.
    return parent === undefined ? undefined : this.commit(parent);
  }

  mergeBase(branch: string, head: string): string {
    const none = () =>
      new Unavailable(`\`${branch}\` and the head have no commit in common; in a shallow clone, fetch more`);
    return this.text(['merge-base', this.commit(branch), head], none);
  }

  /** A tree against the working tree; files that git does not know yet, and does not ignore, are new. */
  workingTree(tree: string): Buffer {
    const tracked = this.run([
      'diff',
      '--raw',
      '-z',
      '--no-abbrev',
      '--no-renames',
      '--no-ext-diff',
      '--ignore-submodules',
      tree,
    ]);
    const none = '0'.repeat(tree.length);
    const names = this.run(['ls-files', '--others', '--exclude-standard', '-z']);
    // A folder is a repository of its own, whose files git does not list.
    const files = splitAtNul(names).filter((name) => name.at(-1) !== SLASH);
    const added = files.flatMap((name) => [
      Buffer.from(`:000000 ${this.mode(name)} ${none} ${none} A\0`),
      name,
      Buffer.from('\0'),
    ]);
    return Buffer.concat([tracked, ...added]);
  }

  /** As git would take the file: only a regular one is uploaded. */
  private mode(name: Buffer): string {
    const path = Buffer.concat([Buffer.from(`${this.root}/`), name]);
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? '120000' : '100644';
  }

  /** The names that the remotes have for this repository. */
  remoteNames(): string[] {
    return this.text(['remote', '-v'])
      .split('\n')
      .flatMap((line) => /\t(.*) \((?:fetch|push)\)/.exec(line)?.[1] ?? [])
      .map(nameOf);
  }
}

/** Another repository's plan would be worse than none: many apps are in a repository of their own. */
function unknownSite(repository: string | undefined): string {
  const why =
    repository === undefined
      ? "the repository's name is known only at the deploy"
      : `no remote of the git repository here is \`${repository}\``;
  return `${why}; set \`preview.directory\` to a checkout of the site`;
}

/** The repository's name in a URL, `host:path`, or git-remote-codecommit's `codecommit::region://profile@name`. */
function nameOf(url: string): string {
  const last = url.replace(/\/+$/, '').split(/[/:\\]/).pop() ?? '';
  return last.replace(/^.*@/, '').replace(/\.git$/, '');
}

const SLASH = 0x2f;

function splitAtNul(bytes: Buffer): Buffer[] {
  const names: Buffer[] = [];
  for (let start = 0, end = bytes.indexOf(0); end >= 0; start = end + 1, end = bytes.indexOf(0, start)) {
    names.push(bytes.subarray(start, end));
  }
  return names;
}

// Set by git where a hook runs `cdk synth`: they would name another repository.
const HOOKS = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_OBJECT_DIRECTORY', 'GIT_PREFIX'];

const QUIET = {
  // English words; and no write to the index, which others may be using.
  LC_ALL: 'C',
  GIT_OPTIONAL_LOCKS: '0',
  // Offline: a partial clone would fetch what it lacks. Older gits heed the protocols alone.
  GIT_NO_LAZY_FETCH: '1',
  GIT_ALLOW_PROTOCOL: 'none',
  GIT_TERMINAL_PROMPT: '0',
};

function call(directory: string, args: string[], told?: (said: string) => Error): Buffer {
  const kept = Object.entries(process.env).filter(([name]) => !HOOKS.includes(name));
  const env = { ...Object.fromEntries(kept), ...QUIET };
  try {
    return execFileSync('git', ['-C', directory, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
      maxBuffer: 1 << 30,
    });
  } catch (error) {
    const failed = error as NodeJS.ErrnoException & { stderr?: Buffer };
    if (failed.code === 'ENOENT') throw new Unavailable('`git` could not be run; install it and put it on the PATH');
    const said = failed.stderr?.toString().trim().split('\n')[0] ?? '';
    throw told?.(said) ?? new Unavailable(`\`git ${args[0]}\` failed: ${said}`);
  }
}
