/**
 * `gs_ddr`, openGauss's own tool for disaster recovery of clusters with the cluster manager (7.0.0-RC1 and later). Its tasks ask
 * questions about the storage that only a person can answer, so that they run on a terminal of his; only `query` is run by us.
 */
import { t } from '../base/l10n.ts';
import { nodeCommand } from '../hosts/node-command.ts';
import { command, operand } from '../hosts/quote.ts';
import type { Shell } from '../hosts/shell.ts';
import { parseGsDdr } from '../status/gs-ddr.ts';
import type { GsDdr } from '../status/gs-ddr.ts';
import type { NodeSpec } from '../topology/types.ts';

/** The tasks that run on a terminal. */
export type GsDdrTask =
  | {
      readonly task: 'start';
      readonly role: GsDdrRole;
      readonly config: GsDdrConfig;
      readonly disasterType: 'dorado' | 'stream';
    }
  | { readonly task: 'stop'; readonly config: GsDdrConfig }
  | { readonly task: 'switchover'; readonly role: GsDdrRole }
  | { readonly task: 'failover' };

/** What the cluster on which it runs is to become. */
export type GsDdrRole = 'primary' | 'disaster_standby';

/** The file that names the nodes of both clusters, on the host. */
export interface GsDdrConfig {
  readonly kind: 'json' | 'xml';
  readonly path: string;
}

/** The kind of a configuration file by its name. */
export function configOf(path: string): GsDdrConfig {
  return { kind: path.toLowerCase().endsWith('.xml') ? 'xml' : 'json', path };
}

/** The command line, as a person would type it in a terminal of the node. Words are quoted; paths must be absolute. */
export function gsDdrCommand(task: GsDdrTask): string {
  const words = ['gs_ddr', '-t', task.task];
  if (task.task === 'start' || task.task === 'switchover') {
    words.push('-m', task.role);
  }
  if (task.task === 'start' || task.task === 'stop') {
    words.push(task.config.kind === 'json' ? '--json' : '-X', operand(task.config.path));
  }
  if (task.task === 'start') {
    words.push('--disaster_type', task.disasterType);
  }
  return command(...words);
}

/** Where a task has to run and what it does, for who is asked whether he wants it. */
export function gsDdrMeaning(task: GsDdrTask): string {
  switch (task.task) {
    case 'start':
      return task.role === 'primary'
        ? t(
            'Sets up this cluster as the primary one: it is stopped, configured and started again. Run it before the standby cluster’s.',
          )
        : t(
            'Sets up this cluster as the standby one: it is stopped and its first standby is built from the primary cluster. What it holds now is lost.',
          );
    case 'stop':
      return t(
        'Ends the disaster recovery relation. Run it on the first node of the primary cluster; the other cluster needs failover afterwards.',
      );
    case 'switchover':
      return task.role === 'primary'
        ? t(
            'Makes this standby cluster the primary one. The old primary cluster must have become disaster_standby first.',
          )
        : t(
            'Makes this primary cluster the standby one: it is stopped and takes no writes any more until the other cluster is primary.',
          );
    case 'failover':
      return t(
        'Makes this standby cluster the primary one without the other. What was not replicated is lost, and the relation with it. Make sure that the old primary cluster cannot write any more.',
      );
  }
}

/** `gs_ddr -t query` reads files and asks nothing. */
const queryLimit = 60_000;

/** Asks how far a task is. Rejects when the host cannot be asked. */
export async function queryGsDdr(
  shell: Shell,
  node: NodeSpec,
  signal?: AbortSignal,
): Promise<{ readonly answer: GsDdr; readonly raw: string; readonly code: number }> {
  const { stdout, stderr, code } = await shell.run(
    `${nodeCommand(node, 'gs_ddr', '-t', 'query')} </dev/null`,
    { timeout: queryLimit, long: true, ...(signal && { signal }) },
  );
  const raw = [stdout, stderr].filter((text) => text.trim() !== '').join('\n');
  return { answer: parseGsDdr(raw), raw, code };
}
