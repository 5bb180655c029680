import { t } from '../../base/l10n.ts';
import { hbaRange } from '../files/hba.ts';
import { decidingLine } from '../files/hba-match.ts';
import { appendLine } from '../files/lines.ts';
import {
  type Deployment,
  type NodeView,
  isLoopback,
  otherNodes,
  settingOf,
  valueOf,
} from './deployment.ts';
import { type Report, confPlace, firstLineEnd, link, linkTo, report } from './report.ts';

const hba = 'pg-hba';

/**
 * Whether the server takes an address for one of its own cluster's: it looks for the text in every (cross_cluster_)
 * replconninfo and then trusts replication from there without asking pg_hba.conf.
 */
function isInternal(node: NodeView, address: string): boolean {
  return [...(node.conf?.reading.settings.values() ?? [])].some(
    (setting) => /replconninfo\d$/.test(setting.name) && setting.raw.includes(address),
  );
}

function numbers(node: NodeView): string[] {
  return [...node.addresses].filter(
    (address) => /^\d+(\.\d+){3}$|^[\da-f:]+:[\da-f:]*$/i.test(address) && !isLoopback(address),
  );
}

/** The nodes of the other cluster get in for replication and builds. */
export function* peersGetIn(deployment: Deployment): Iterable<Report> {
  if (!deployment.paired) {
    return;
  }
  for (const node of deployment.nodes) {
    const file = node.hba;
    if (file === undefined) {
      continue;
    }
    const asked = new Set<string>();
    for (const other of otherNodes(deployment, node)) {
      for (const address of numbers(other)) {
        if (other.machine === node.machine || asked.has(address) || isInternal(node, address)) {
          continue;
        }
        asked.add(address);
        const user = deployment.topology.hosts[other.spec.host]?.user ?? 'omm';
        const line =
          decidingLine(file.entries, { address, database: 'replication', user }) ??
          decidingLine(file.entries, { address, database: 'postgres', user });
        const method = line?.method?.tokens[0];
        const prefix = address.includes(':') ? 128 : 32;
        if (line === undefined) {
          const added = `host    replication    ${user}    ${address}/${prefix}    trust`;
          yield report(node, hba, 'hba-peer-missing', {
            severity: 'warning',
            message: t(
              'No line lets {0} ({1}) in, which replicates from here or builds from here.',
              other.spec.id,
              address,
            ),
            range: file.entries.at(-1)?.source.range ?? { start: 0, end: firstLineEnd(file.text) },
            related: linkTo(other, 'port', other.spec.id),
            fixes: [
              {
                title: t('Add "{0}"', added.replace(/ +/g, ' ')),
                edits: [appendLine(file.text, added)],
                preferred: true,
              },
            ],
          });
        } else if (method !== undefined && !['trust', 'gss', 'cert'].includes(method.text)) {
          yield report(node, hba, 'hba-peer-password', {
            severity: 'warning',
            message:
              method.text === 'reject'
                ? t('This line keeps {0} ({1}) out.', other.spec.id, address)
                : t(
                    'gs_ctl build of {0} ({1}) would be asked for a password here and hang.',
                    other.spec.id,
                    address,
                  ),
            range: method.range,
            related: linkTo(other, 'port', other.spec.id),
          });
        }
      }
    }
  }
}

/** Lines for hosts that nobody of the topology is. */
export function* strangers(deployment: Deployment): Iterable<Report> {
  if (!deployment.paired) {
    return;
  }
  for (const node of deployment.nodes) {
    for (const entry of node.hba?.entries ?? []) {
      const range = hbaRange(entry);
      const address = entry.address?.tokens[0];
      const single =
        range !== undefined &&
        range.mask === (range.family === 4 ? (1n << 32n) - 1n : (1n << 128n) - 1n);
      const text = address?.text.split('/')[0] ?? '';
      if (
        address !== undefined &&
        single &&
        entry.method?.tokens[0]?.text === 'trust' &&
        !isLoopback(text) &&
        !isInternal(node, text) &&
        !deployment.nodes.some((each) => each.addresses.has(text))
      ) {
        yield report(node, hba, 'hba-stranger', {
          severity: 'info',
          message: t('{0} comes in without a password and is no node of the topology.', text),
          range: address.range,
        });
      }
    }
  }
}

/** `hostssl` needs `ssl = on`. */
export function* sslLines(deployment: Deployment): Iterable<Report> {
  for (const node of deployment.nodes) {
    if (valueOf(deployment, node, 'ssl') !== false) {
      continue;
    }
    for (const entry of node.hba?.entries ?? []) {
      if (entry.type.text === 'hostssl') {
        yield report(node, hba, 'hba-ssl-off', {
          severity: 'error',
          message: 'hostssl requires SSL to be turned on',
          range: entry.type.range,
          related:
            settingOf(node, 'ssl') === undefined
              ? []
              : [link(node, 'postgresql-conf', confPlace(node, 'ssl'), 'ssl')],
        });
      }
    }
  }
}
