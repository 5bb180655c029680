import { Failure } from '../base/errors.ts';
import { t } from '../base/l10n.ts';

export type EditorCode =
  | 'untrusted'
  | 'no-topology'
  | 'unknown-node'
  | 'bad-node-uri'
  | 'not-supported'
  | 'remote-ssh-missing'
  | 'host-needs-login'
  | 'plan-outdated';

/** Nothing is contacted and nothing runs in a workspace that the user does not trust. */
export function untrusted(): Failure<EditorCode> {
  return new Failure(
    'untrusted',
    t('This workspace is not trusted, so no host is contacted and no command runs.'),
    { remedy: t('Trust the workspace if you know where it comes from, then try again.') },
  );
}

export function noTopology(): Failure<EditorCode> {
  return new Failure('no-topology', t('There is no opengauss.yaml that names a node.'), {
    remedy: t('Run “openGauss: Create Topology File”.'),
  });
}

export function unknownNode(topology: string, node: string): Failure<EditorCode> {
  return new Failure('unknown-node', t('The topology {0} has no node {1}.', topology, node), {
    place: { node },
    remedy: t('Look whether opengauss.yaml was changed or closed.'),
  });
}

export function badNodeUri(uri: string): Failure<EditorCode> {
  return new Failure(
    'bad-node-uri',
    t('{0} is not an address of a file on a node: opengauss://topology/cluster/node/path.', uri),
  );
}

/** Removing, renaming and making folders on nodes is left to the terminal. */
export function notSupported(): Failure<EditorCode> {
  return new Failure(
    'not-supported',
    t('Files on nodes can be read and written here, not removed or renamed.'),
    { remedy: t('Use “openGauss: Open Terminal on Node” for that.') },
  );
}

/** A plan is run as it was read, or not at all. */
export function planOutdated(title: string): Failure<EditorCode> {
  return new Failure(
    'plan-outdated',
    t('opengauss.yaml was changed since "{0}" was planned.', title),
    { remedy: t('Plan it again and read the new plan.') },
  );
}

export function remoteSshMissing(): Failure<EditorCode> {
  return new Failure(
    'remote-ssh-missing',
    t('Opening a window on a host needs the extension Remote - SSH, which is not installed.'),
    {
      remedy: t('Install ms-vscode-remote.remote-ssh, or use “openGauss: Open Terminal on Node”.'),
    },
  );
}
