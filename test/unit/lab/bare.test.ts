import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startLab } from '../../lab/lab.ts';
import type { Lab } from '../../lab/lab.ts';
import type { LabCluster, LabNode } from '../../lab/types.ts';
import type { Answer } from './support/client.ts';
import { eventually } from './support/client.ts';
import { Nodes } from './support/nodes.ts';

/** Runs the steps of a deployment by hand, with nothing but the tools. */
class ByHand {
  private readonly lab: Lab;
  private readonly nodes: Nodes;

  constructor(lab: Lab, nodes: Nodes) {
    this.lab = lab;
    this.nodes = nodes;
  }

  private first({ nodes: [first] }: LabCluster): LabNode {
    assert.ok(first);
    return first;
  }

  async storage(cluster: LabCluster): Promise<Answer> {
    const { folder, cmConfig, nodes } = cluster;
    const list = nodes.map((one) => `${one.instanceId}:127.0.0.1:${one.dssPort}`).join();
    const homes = nodes.map(
      ({ dssHome, instanceId }) => `mkdir -p ${dssHome}/cfg
printf 'data:${folder}/data\\nlog:${folder}/log\\n' > ${dssHome}/cfg/dss_vg_conf.ini
printf 'INST_ID = ${instanceId}\\nLSNR_PATH = ${dssHome}\\nDSS_NODES_LIST = ${list}\\n' > ${dssHome}/cfg/dss_inst.ini
`,
    );
    const groups = ['data', 'log'].map(
      (name) => `dsscmd cv -g ${name} -v ${folder}/${name} -s 2048\n`,
    );
    return await this.nodes.run(
      this.first(cluster).id,
      `mkdir -p ${folder}; printf 'REFORMER_ID = 0\\nBITMAP_ONLINE = 3\\n' > ${cmConfig}
truncate -s 1G ${folder}/data ${folder}/log
${homes.join('')}${groups.join('')}`,
    );
  }

  async startDss(node: LabNode): Promise<void> {
    await this.nodes.run(
      node.id,
      `setsid dssserver -D ${node.dssHome} > ${node.dssHome}/out 2>&1 < /dev/null &`,
    );
    await eventually(
      () => this.nodes.run(node.id, 'dsscmd getstatus'),
      ({ stdout }) => stdout.includes(' is open '),
    );
  }

  async initdb(cluster: LabCluster, node: LabNode): Promise<Answer> {
    const url = cluster.nodes.map((one) => `${one.instanceId}:127.0.0.1:${one.dmsPort}`).join();
    const xlog = node.id === 'production/dn0' ? `-g ${this.lab.xlogFile}` : '';
    return await this.nodes.run(
      node.id,
      `umask 077; echo Gauss_234 > ~/pw; gs_initdb -D ${node.dataDir} --nodename=single_node --pwfile=$HOME/pw --vgname=+data,+log --enable-dss --dms_url=${url} -I ${node.instanceId} --socketpath=UDS:${node.dssHome}/.dss_unix_d_socket ${xlog}`,
    );
  }

  async configure(cluster: LabCluster, node: LabNode): Promise<void> {
    const other = this.lab.clusters.find((one) => one !== cluster);
    const values = [
      `port=${node.port}`,
      `xlog_file_path='${this.lab.xlogFile}'`,
      'xlog_file_size=68719476736',
      `xlog_lock_file_path='${cluster.lockFile}'`,
      `cluster_run_mode=cluster_${cluster.role}`,
      ...(other?.nodes ?? []).map(
        (peer, index) =>
          `cross_cluster_replconninfo${index + 1}='localhost=127.0.0.1 localport=${node.port} remotehost=127.0.0.1 remoteport=${peer.port}'`,
      ),
    ];
    const words = values.map((value) => `-c "${value}"`).join(' ');
    const answer = await this.nodes.run(node.id, `gs_guc set -D ${node.dataDir} ${words}`);
    assert.match(answer.stdout, /Success to perform gs_guc!/);
  }
}

describe('bare machines of the lab', () => {
  let lab: Lab;
  let nodes: Nodes;
  let hand: ByHand;

  before(async () => {
    lab = await startLab({ bare: true });
    nodes = new Nodes(lab);
    hand = new ByHand(lab, nodes);
  });

  after(async () => {
    nodes.close();
    await lab.stop();
  });

  it('have openGauss on the PATH and nothing that runs', async () => {
    assert.match((await nodes.run('production/dn0', 'gaussdb -V')).stdout, /openGauss 5\.0\.0/);
    assert.equal((await nodes.run('production/dn0', 'ls -A')).stdout.includes('ss_hatest'), false);
  });

  it('become two clusters that replicate, by the tools alone', async () => {
    for (const cluster of lab.clusters) {
      const made = await hand.storage(cluster);
      assert.match(
        made.stdout,
        /Succeed to create volume group data, .*\nSucceed to create volume group log, /,
      );
      for (const node of cluster.nodes) {
        const early = await hand.initdb(cluster, node);
        assert.match(early.stdout, /failed to init dss device, check logs under \$DSS_HOME/);
        await hand.startDss(node);
        const answer = await hand.initdb(cluster, node);
        assert.match(answer.stdout, /\nSuccess\. You can now start the database server/);
        assert.match((await hand.initdb(cluster, node)).stderr, /exists|already/);
        await hand.configure(cluster, node);
      }
      if (cluster.role === 'standby') {
        const early = await nodes.gsCtl('recovery/dn0', 'start');
        assert.match(early.stderr, /database system version is different between shared storage/);
        const build = await nodes.gsCtl('recovery/dn0', 'build', '-b cross_cluster_full -g 0 -q');
        assert.match(build.stdout, /cross cluster full build build completed/);
      }
      for (const node of cluster.nodes) {
        assert.match(
          (await nodes.gsCtl(node.id, 'start', `-l ${node.dataDir}.log`)).stdout,
          /server started/,
        );
      }
    }
    await eventually(
      () => Promise.all(lab.nodes.map(({ id }) => nodes.role(id))),
      (roles) => roles.join() === 'Primary,Standby,Main Standby,Standby',
    );
    await eventually(
      () => nodes.query('production/dn0'),
      ({ senders }) => senders[0]?.state === 'Streaming',
    );
  });

  it('lock the shared storage for one cluster', async () => {
    const [production] = lab.clusters;
    const { dataDir } = lab.node('recovery/dn0');
    await nodes.gsCtl('recovery/dn0', 'stop');
    await nodes.run(
      'recovery/dn0',
      `gs_guc set -D ${dataDir} -c "xlog_lock_file_path='${production?.lockFile ?? ''}'"`,
    );
    const refused = await nodes.gsCtl('recovery/dn0', 'start');
    assert.match(refused.stderr, /FATAL: {2}could not lock lock file/);
  });
});
