import { writeFileSync } from 'node:fs';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from './sim/files.ts';
import type { ReceiverRow, SenderRow } from './sim/gaussdb/types.ts';
import { onlineText } from './sim/gsctl/query.ts';
import { lsnText } from './sim/print.ts';
import type { LabCluster, LabMachine, LabNode } from './types.ts';

/**
 * Nodes without processes, for measuring with many of them: a small shell script in place of gs_ctl prints a status that
 * lies in the data directory. Their LSN advances once a second.
 */
export class LightNodes {
  private readonly clusters: readonly LabCluster[];
  private lsn = 0x1_0304_9568;
  private timer: NodeJS.Timeout | undefined;

  constructor(clusters: readonly LabCluster[]) {
    this.clusters = clusters;
  }

  async start(machines: readonly LabMachine[]): Promise<void> {
    for (const machine of machines) {
      const file = join(machine.gaussHome, 'bin', 'gs_ctl');
      const [, real = ''] = (await readFile(file, 'utf8')).split(/\n(.*)/s);
      await writeFile(
        file,
        `#!/bin/sh
if [ "$1" = query ] && [ "$2" = -D ] && [ -f "$3/.answer" ]; then
  printf '[%s.000][%s][][gs_ctl]: gs_ctl query ,datadir is %s \\n' "$(date '+%Y-%m-%d %H:%M:%S')" "$$" "$3"
  exec cat "$3/.answer"
fi
${real}`,
      );
      await chmod(file, 0o755);
    }
    for (const node of this.clusters.flatMap(({ nodes }) => nodes)) {
      const pid = `${process.pid}\n${node.dataDir}\n${Math.floor(Date.now() / 1000)}\n${node.port}\n`;
      writeFileSync(join(node.dataDir, 'postmaster.pid'), pid);
    }
    this.write();
    this.timer = setInterval(() => {
      this.lsn += 0x5c8;
      this.write();
    }, 1000);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private write(): void {
    const [production, recovery] = this.clusters.map(({ nodes }) => nodes[0]);
    for (const { nodes, role } of this.clusters) {
      for (const node of nodes) {
        const first = node === nodes[0];
        // Followers never change: one writing is enough.
        if (!first && this.timer !== undefined) {
          continue;
        }
        const official = role === 'primary' ? 'Primary' : 'Main Standby';
        const ha = {
          local_role: first ? official : 'Standby',
          static_connections: 2,
          db_state: 'Normal',
          detail_information: 'Normal',
        };
        replaceFile(
          join(node.dataDir, '.answer'),
          onlineText(
            ha,
            first && role === 'primary' ? [this.sender(production, recovery)] : [],
            first && role === 'standby' ? this.receiver(production, recovery) : null,
          ),
        );
      }
    }
  }

  private locations(): Pick<SenderRow, keyof ReceiverRow & `${string}_location`> {
    const at = lsnText(this.lsn);
    return {
      sender_sent_location: at,
      sender_write_location: at,
      sender_flush_location: at,
      sender_replay_location: at,
      receiver_received_location: at,
      receiver_write_location: at,
      receiver_flush_location: at,
      receiver_replay_location: at,
    };
  }

  private sender(production: LabNode | undefined, recovery: LabNode | undefined): SenderRow {
    return {
      pid: 140_173_555_771_072,
      sender_pid: process.pid,
      local_role: 'Primary',
      peer_role: 'StandbyCluster_Standby',
      peer_state: 'Normal',
      state: 'Streaming',
      catchup_start: null,
      catchup_end: null,
      ...this.locations(),
      sync_percent: '100%',
      sync_state: 'Async',
      sync_priority: 0,
      sync_most_available: 'Off',
      channel: `127.0.0.1:${production?.port ?? 0}-->127.0.0.1:${recovery?.port ?? 0}`,
    };
  }

  private receiver(production: LabNode | undefined, recovery: LabNode | undefined): ReceiverRow {
    return {
      receiver_pid: process.pid,
      local_role: 'Standby',
      peer_role: 'Primary',
      peer_state: 'Normal',
      state: 'Normal',
      ...this.locations(),
      sync_percent: '100%',
      channel: `127.0.0.1:${recovery?.port ?? 0}<--127.0.0.1:${production?.port ?? 0}`,
    };
  }
}
