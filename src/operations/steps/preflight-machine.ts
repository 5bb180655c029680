import { dirname } from 'node:path/posix';

import { formatBytes } from '../../base/bytes.ts';
import { t } from '../../base/l10n.ts';
import {
  ask,
  failed,
  gib,
  nearest,
  nodesOn,
  ok,
  warning,
  type PreflightCheck,
} from './preflight-check.ts';

/** Below it nothing can work; a cluster wants far more. */
const leastSpace = 2 * gib;
const comfortableSpace = 20 * gib;

export const space: PreflightCheck = {
  id: 'space',
  title: () => t('Disk space'),
  ask: async (context, layout, host) => {
    let least = Number.POSITIVE_INFINITY;
    let where = '';
    for (const path of new Set(nodesOn(layout, host).map((node) => dirname(node.dataDir)))) {
      const said = await ask(context, host, `${nearest(path)}; df -Pk -- "$D" | tail -n 1`);
      const free = Number(said.split(/\s+/)[3]) * 1024;
      if (free < least) {
        [least, where] = [free, path];
      }
    }
    const found = t('{0} free in {1}', formatBytes(least), where);
    if (least < leastSpace) {
      return failed(
        found,
        t('Make room: at least {0} are needed to begin with.', formatBytes(leastSpace)),
      );
    }
    return least < comfortableSpace
      ? warning(
          found,
          t(
            'The files of the simulation grow as they are used; {0} are comfortable.',
            formatBytes(comfortableSpace),
          ),
        )
      : ok(found);
  },
};

export const clock: PreflightCheck = {
  id: 'clock',
  title: () => t('Clock'),
  ask: async (context, _layout, host) => {
    const before = Date.now();
    const there = Number(await ask(context, host, 'date +%s')) * 1000;
    const off = Math.round((there - (before + Date.now()) / 2) / 1000);
    if (Math.abs(off) <= 3) {
      return ok(t('right within {0} s', 3));
    }
    const found = t('{0} s off from this machine', off);
    const remedy = t('Let NTP or chrony keep the clocks of all hosts.');
    return Math.abs(off) > 60 ? failed(found, remedy) : warning(found, remedy);
  },
};

export const system: PreflightCheck = {
  id: 'system',
  title: () => t('Memory and limits'),
  ask: async (context, layout, host) => {
    const said = await ask(
      context,
      host,
      'echo "$(ulimit -n) $(awk \'/^MemAvailable/ {print $2}\' /proc/meminfo 2>/dev/null) $(cat /proc/sys/kernel/shmmax 2>/dev/null) $(cat /proc/sys/kernel/sem 2>/dev/null | awk \'{print $4}\') $(grep -hiE "^ *RemoveIPC *= *(yes|true|1|on)" /etc/systemd/logind.conf /etc/systemd/logind.conf.d/*.conf 2>/dev/null | wc -l)"',
    );
    const [files = '', memory = '', , arrays = '', ipc = '0'] = said.split(/\s+/);
    const count = nodesOn(layout, host).length;
    if (Number(ipc) > 0) {
      return warning(
        t('RemoveIPC is on.'),
        t(
          'Set RemoveIPC=no in /etc/systemd/logind.conf: at a logout systemd removes the shared memory of the user.',
        ),
      );
    }
    if (files !== 'unlimited' && Number(files) < 1000) {
      return warning(
        t('Only {0} files may be open.', files),
        t('Raise the limit (ulimit -n) to 1000000 for the user.'),
      );
    }
    if (arrays !== '' && Number(arrays) < 128) {
      return warning(t('Only {0} semaphore arrays are possible.', arrays), t('Raise kernel.sem.'));
    }
    const bytes = Number(memory) * 1024;
    return bytes > 0 && bytes < count * 2 * gib
      ? warning(
          t('{0} of memory are free for {1} nodes.', formatBytes(bytes), count),
          t('A node takes 2 GiB and more; lower shared_buffers and max_process_memory.'),
        )
      : ok(t('{0} of memory free, {1} open files', formatBytes(bytes), files));
  },
};
