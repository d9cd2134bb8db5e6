// The function's code: the prebuilt `bootstrap`, and the policy beside it.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BundlingOutput, DockerImage } from 'aws-cdk-lib';
import { Architecture, Code } from 'aws-cdk-lib/aws-lambda';
import { type ZipOptions, strToU8, zipSync } from 'fflate';

/** The policy's name in the deployment package. */
export const POLICY_FILE = 'policy.json';

/** The package's own executable for an architecture. */
export function packagedBootstrap(architecture: Architecture): string {
  const folder = architecture.name === Architecture.ARM_64.name ? 'arm64' : 'x86_64';
  return fileURLToPath(new URL(`../lambda/${folder}/bootstrap`, import.meta.url));
}

/** Why an executable cannot be deployed; `undefined` when it can. */
export function bootstrapFault(bootstrap: string, own: boolean): string | undefined {
  if (existsSync(bootstrap)) return undefined;
  const help = own
    ? 'this copy of the package was made without it: build it, and set `bootstrap` or `code`'
    : 'set `bootstrap` to an executable for provided.al2023, or leave it out for the one of the package';
  return `bootstrap-missing: there is no file \`${own ? 'bootstrap' : bootstrap}\` for the function; ${help}`;
}

/** An asset of the executable, and of the policy when it is a file: a zip, since only that holds modes on every system. */
export function bundle(bootstrap: string, policy: string | undefined): Code {
  const hash = createHash('sha256')
    .update('zip\0')
    .update(readFileSync(bootstrap))
    .update('\0')
    .update(policy ?? '');
  return Code.fromAsset(join(bootstrap, '..'), {
    assetHash: hash.digest('hex'),
    bundling: {
      // Never pulled: the local bundling below always does the work.
      image: DockerImage.fromRegistry('scratch'),
      outputType: BundlingOutput.ARCHIVED,
      local: {
        tryBundle(folder: string): boolean {
          writeFileSync(join(folder, 'function.zip'), zipped(readFileSync(bootstrap), policy));
          return true;
        },
      },
    },
  });
}

/** The same bytes on every machine: modes and times are not the files'. */
function zipped(bootstrap: Uint8Array, policy: string | undefined): Uint8Array {
  const file = (mode: number): ZipOptions => ({ os: UNIX, attrs: ((0o100000 | mode) << 16) >>> 0, mtime: BEGINNING });
  return zipSync({
    bootstrap: [bootstrap, file(0o755)],
    ...(policy !== undefined && { [POLICY_FILE]: [strToU8(policy), file(0o644)] }),
  });
}

const UNIX = 3;
/** The first day that a zip knows, which has no time zone. */
const BEGINNING = new Date(1980, 0, 1);
