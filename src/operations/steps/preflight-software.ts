import { dirname } from 'node:path/posix';

import { t } from '../../base/l10n.ts';
import { nodePrelude } from '../../hosts/node-command.ts';
import { parseVersion } from '../../monitor/version.ts';
import { ask, failed, nearest, nodesOn, ok, type PreflightCheck } from './preflight-check.ts';

export const user: PreflightCheck = {
  id: 'user',
  title: () => t('User'),
  ask: async (context, _layout, host) => {
    const [id, name] = (await ask(context, host, 'echo "$(id -u) $(id -un)"')).split(' ');
    return id === '0'
      ? failed(
          t('The connection is made as root.'),
          t('openGauss refuses to run as root; connect as the user of the database.'),
        )
      : ok(t('user {0}', name ?? ''));
  },
};

const programs = [
  'gaussdb',
  'gs_ctl',
  'gs_initdb',
  'gsql',
  'pg_controldata',
  'dssserver',
  'dsscmd',
];

export const tools: PreflightCheck = {
  id: 'tools',
  title: () => t('Programs'),
  ask: async (context, layout, host) => {
    const missing: string[] = [];
    const libraries: string[] = [];
    for (const node of nodesOn(layout, host)) {
      const said = await ask(
        context,
        host,
        `${nodePrelude(node.spec)}for P in ${programs.join(' ')}; do F=$(command -v "$P") || { echo "missing $P"; continue; }; ldd "$F" 2>/dev/null | grep 'not found' | sed "s/^/library $P /"; done; true`,
      );
      for (const line of said.split('\n')) {
        if (line.startsWith('missing ')) {
          missing.push(line.slice(8));
        } else if (line.startsWith('library ')) {
          libraries.push(line.slice(8).trim());
        }
      }
    }
    if (missing.length > 0) {
      return failed(
        t('Not found: {0}', [...new Set(missing)].join(', ')),
        t('Set GAUSSHOME under env in the topology to the folder that holds bin and lib.'),
      );
    }
    return libraries.length > 0
      ? failed(
          t('Libraries are missing: {0}', libraries.join('; ')),
          t('Check LD_LIBRARY_PATH and the installation.'),
        )
      : ok(t('all programs are there'));
  },
};

export const versions: PreflightCheck = {
  id: 'versions',
  title: () => t('Version of openGauss'),
  ask: async (context, layout, host) => {
    const wanted = layout.model.version;
    const names = new Set<string>();
    for (const node of nodesOn(layout, host)) {
      const said = await ask(context, host, `${nodePrelude(node.spec)}gaussdb -V`);
      const version = parseVersion(said);
      if (version === undefined) {
        return failed(
          t('{0} does not tell its version: {1}', node.id, said.slice(0, 200)),
          t('Check GAUSSHOME.'),
        );
      }
      names.add(version.name);
      if (version.rules !== wanted) {
        return failed(
          t('{0} has openGauss {1}, and the topology says {2}.', node.id, version.name, wanted),
          t(
            'All nodes of both clusters need the same version: correct GAUSSHOME of the node, or openGauss in the topology.',
          ),
        );
      }
    }
    return names.size > 1
      ? failed(
          t('Different versions: {0}', [...names].join(', ')),
          t('Let all nodes use the same build.'),
        )
      : ok([...names].join());
  },
};

export const places: PreflightCheck = {
  id: 'places',
  title: () => t('Folders can be made'),
  ask: async (context, layout, host) => {
    for (const node of nodesOn(layout, host)) {
      for (const path of [node.dataDir, node.dssHome]) {
        const bad = /[|;&$<>`\\!\s]/.exec(path);
        if (bad !== null) {
          return failed(
            t('{0} holds {1}, which the tools of openGauss refuse.', path, JSON.stringify(bad[0])),
            t('Choose another path.'),
          );
        }
        const said = await ask(
          context,
          host,
          `${nearest(dirname(path))}; test -d "$D" && test -w "$D" && test -x "$D" && echo fine; echo "$D $(stat -c %U -- "$D") $(id -un)"`,
        );
        if (!said.startsWith('fine')) {
          const [folder = '', owner = '', me = ''] = said.split(' ');
          return failed(
            t(
              '{0} cannot be made: {1} belongs to {2} and {3} may not write there.',
              path,
              folder,
              owner,
              me,
            ),
            t('Give the folder to the user (chown {0} {1}) or choose another one.', me, folder),
          );
        }
      }
    }
    return ok(t('all folders are there or can be made'));
  },
};
