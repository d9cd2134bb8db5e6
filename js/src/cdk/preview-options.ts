// What the preview is told.

/** What fails the synthesis, besides an invalid policy. */
export interface PreviewGate {
  /**
   * Any warning of the plan, also a plan that fails.
   *
   * @default false
   */
  readonly warnings?: boolean;

  /**
   * Diagnostics with these codes, for example `tilde` or `everything`.
   *
   * @default - none
   */
  readonly codes?: readonly string[];

  /**
   * More invalidation paths than this.
   *
   * @default - no limit
   */
  readonly billedPaths?: number;

  /**
   * More wildcards than this.
   *
   * @default - no limit
   */
  readonly wildcards?: number;

  /**
   * No preview can be made: git or the commits are missing.
   *
   * @default false
   */
  readonly unavailable?: boolean;
}

/** Which deploy is previewed, and what then fails the synthesis. */
export interface PreviewOptions {
  /**
   * Whether there is a preview.
   *
   * @default true
   */
  readonly enabled?: boolean;

  /**
   * A folder in the site's git repository.
   *
   * @default - the current folder, where a remote of its repository has the name of `repository`
   */
  readonly directory?: string;

  /**
   * The commit that was deployed before: an id, a branch, a tag. The last one that was really deployed is known to the
   * pipeline; give it with `cdk synth --context deployed=…` and `this.node.tryGetContext('deployed')`, for example.
   *
   * @default - the first parent of `head`
   */
  readonly base?: string;

  /**
   * Takes as base where the head left this branch, in the place of `base`: for branches that are merged later.
   *
   * @default - `base`
   */
  readonly mergeBase?: string;

  /**
   * The commit that is deployed next.
   *
   * @default 'HEAD'
   */
  readonly head?: string;

  /**
   * Previews what is in the working tree, committed or not, in the place of `head`.
   *
   * @default false
   */
  readonly workingTree?: boolean;

  /**
   * What fails the synthesis, besides an invalid policy at `policyPath`, which always does.
   *
   * @default - nothing
   */
  readonly failOn?: PreviewGate;
}
