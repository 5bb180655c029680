import { nodeCommand } from '../hosts/node-command.ts';
import type { Shell } from '../hosts/shell.ts';
import { versionNamed } from '../topology/values.ts';
import type { NodeSpec, ServerVersion } from '../topology/types.ts';

/** What a node's installation calls itself. */
export interface DetectedVersion {
  /** As printed, for example `7.0.0-RC2`. */
  readonly name: string;
  /** The version whose rules hold; undefined when we know none. */
  readonly rules: ServerVersion | undefined;
  /** Of the build, for example `7e1fc94a`; undefined when it is not printed. */
  readonly build: string | undefined;
}

/** Reads `gaussdb (openGauss 5.0.5 build c9f6da70) compiled at …`, as `gaussdb -V` and `gsql -V` print it. */
export function parseVersion(text: string): DetectedVersion | undefined {
  const match =
    /\((?:openGauss|GaussDB Kernel|MogDB)\s+V?(\d[\w.-]*)(?:\s+build\s+(\w+))?\s*\)/i.exec(text);
  return match?.[1] === undefined
    ? undefined
    : { name: match[1], rules: versionNamed(match[1]), build: match[2] };
}

/** Asks a node's installation for its version. Undefined when it does not say; rejects when the host cannot be asked. */
export async function detectVersion(
  shell: Shell,
  node: NodeSpec,
  signal?: AbortSignal,
): Promise<DetectedVersion | undefined> {
  const answers = await shell.runBatch(
    ['gaussdb', 'gsql'].map((program) => ({ command: nodeCommand(node, program, '-V') })),
    { timeout: 10_000, ...(signal && { signal }) },
  );
  return answers
    .map((answer) => parseVersion(answer.stdout))
    .find((version) => version !== undefined);
}
