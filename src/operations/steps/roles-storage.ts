import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked } from '../errors.ts';
import { runOn } from '../host/command.ts';
import { readText } from '../host/text-files.ts';
import { hostsOf, type NodeLayout } from '../recipes/layout.ts';
import type { CheckAnswer, Step, StepContext } from '../types.ts';
import type { RoleChange } from './roles-cross.ts';

/** The devices of the redo log as the node's own files name them. */
async function redoPaths(
  context: StepContext,
  change: RoleChange,
  node: NodeLayout,
): Promise<string[]> {
  if (change.layout.model.sharedXlogFile) {
    return [change.layout.xlogPath];
  }
  const text =
    (await readText(context, node.host, `${node.dssHome}/cfg/dss_vg_conf.ini`))?.text ?? '';
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const path = line.slice(line.indexOf(':') + 1).trim();
      return path === '' || line.startsWith('#') ? [] : [path];
    });
}

/**
 * With real arrays: the step that waits for the storage's own change of direction, which a person makes. It looks at
 * what the hosts see: a secondary LUN under protection is missing or read-only.
 */
export function storageStep(change: RoleChange, after: readonly string[]): Step {
  const { to, from } = change;
  const answer = async (context: StepContext): Promise<CheckAnswer> => {
    for (const node of to.nodes) {
      for (const path of await redoPaths(context, change, node)) {
        const p = quote(path);
        const seen = await runOn(
          context,
          node.host,
          `test -b ${p} || { test -f ${p} && echo file; exit; }; R=$(lsblk -dno RO -- ${p} 2>/dev/null | tr -d ' '); test "$R" = 0 && dd if=${p} of=/dev/null bs=4096 count=1 2>/dev/null && echo device`,
          { quiet: true, timeout: 20_000 },
        );
        if (!/^(file|device)$/m.test(seen.stdout)) {
          return {
            kind: 'blocked',
            failure: blocked(
              t('{0} on {1} is missing, read-only or cannot be read.', path, node.host),
              {
                host: node.host,
                node: node.id,
                remedy: t(
                  '{0} is down. Split the replication pair of this LUN, cancel the protection of the secondary, make the side of {1} the primary one, rescan, and resume.',
                  from.name,
                  to.name,
                ),
              },
            ),
          };
        }
      }
    }
    return {
      kind: 'done',
      evidence: t('The hosts of {0} can write the redo LUN, as far as they know.', to.name),
    };
  };
  return {
    id: `storage.${to.name}`,
    title: t('The redo LUN belongs to {0}', to.name),
    hosts: hostsOf(to),
    cluster: to.name,
    after,
    timeout: 120_000,
    estimate: 60,
    // At the time of the plan the pair still points the other way: only the run decides.
    check: async (context) => {
      const now = await answer(context);
      return now.kind === 'blocked' ? { kind: 'needed' } : now;
    },
    preview: () =>
      Promise.resolve([
        {
          kind: 'note',
          text: t(
            'On the arrays, by hand: split, cancel the protection of the secondary, exchange the sides. The plan stops here until the hosts of {0} can use the LUN; then resume it.',
            to.name,
          ),
        },
      ]),
    run: async (context) => {
      const now = await answer(context);
      if (now.kind === 'blocked') {
        throw now.failure;
      }
    },
    verify: async (context) => {
      const now = await answer(context);
      if (now.kind !== 'done') {
        throw now.kind === 'blocked' ? now.failure : blocked(t('Not yet.'));
      }
      return now.evidence;
    },
  };
}
