import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
} from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Server } from 'node:net';
import { openControl } from './control.ts';
import { layOut, planCluster, relate } from './deploy.ts';
import { Faults } from './faults.ts';
import { LightNodes } from './light.ts';
import { Machine, newKey } from './machine.ts';
import { endProcesses } from './processes.ts';
import { ManagerState } from './sim/cm/state.ts';
import { defaultAddress, dssInfo } from './sim/dss.ts';
import { isAlive, readJson, readText, writerOf } from './sim/files.ts';
import type { StateFile } from './sim/gaussdb/types.ts';
import { bundleTools } from './tools.ts';
import type { LabCluster, LabNode, LabOptions } from './types.ts';
import { topologyText, writeSshFiles, writeWorkspace } from './workspace.ts';

const databasePassword = 'Gauss_234';

/** Removes what labs left behind that were killed: their folders name a process that is no more. */
function removeDeadLabs(base: string): void {
  for (const name of readdirSync(base).filter((one) => /^oglab-\w{6}$/.test(one))) {
    const pid = Number(readText(join(base, name, 'lab.pid')) ?? 'NaN');
    if (pid > 0 && !isAlive(pid)) {
      try {
        rmSync(join(base, name), { recursive: true, force: true });
      } catch {
        // Somebody else's, or another lab that starts now is removing it.
      }
    }
  }
}

/** A folder with a short name: the paths of Unix sockets in it must stay below about 100 characters. */
function temporaryFolder(): string {
  const base = process.platform === 'win32' || !existsSync('/tmp') ? tmpdir() : '/tmp';
  removeDeadLabs(base);
  return mkdtempSync(join(base, 'oglab-'));
}

/** Stand-ins for openGauss machines. Ends with `stop`, which leaves no process and no file behind. */
export class Lab {
  readonly dir: string;
  readonly hosts: readonly Machine[];
  readonly clusters: readonly LabCluster[];
  /** The password of the databases' initial user. */
  readonly databasePassword = databasePassword;
  /** Breaks and mends. */
  readonly faults: Faults;
  private readonly keepDir: boolean;
  private control: Server | undefined;
  private light: LightNodes | undefined;
  private quit: () => void = () => void this.stop();
  private stopped = false;

  constructor(
    dir: string,
    hosts: readonly Machine[],
    clusters: readonly LabCluster[],
    keep: boolean,
  ) {
    this.dir = dir;
    this.hosts = hosts;
    this.clusters = clusters;
    this.keepDir = keep;
    this.faults = new Faults(this);
  }

  /** The folder that an editor opens; it holds opengauss.yaml. */
  get workspace(): string {
    return join(this.dir, 'workspace');
  }

  /** An ssh configuration file with all hosts as aliases and their host keys. */
  get sshConfig(): string {
    return join(this.dir, 'ssh', 'config');
  }

  /** The shared xlog file that both sites see, as the LUN that the arrays replicate. */
  get xlogFile(): string {
    return join(this.dir, 'array', 'dorado_shared_disk');
  }

  /** What is called when `lab quit` is said to it; ends the lab by default. */
  onQuit(quit: () => void): void {
    this.quit = quit;
  }

  /** Listens for the control command. */
  async listen(): Promise<void> {
    this.control = await openControl(this, () => this.quit());
  }

  /** Everything that somebody needs to use the lab, as JSON. */
  describe(): object {
    return {
      dir: this.dir,
      pid: process.pid,
      workspace: this.workspace,
      topology: join(this.workspace, 'opengauss.yaml'),
      sshConfig: this.sshConfig,
      knownHosts: join(this.dir, 'ssh', 'known_hosts'),
      control: join(this.dir, 'bin', 'lab'),
      databasePassword: this.databasePassword,
      hosts: this.hosts.map((host) => ({
        name: host.name,
        hostName: '127.0.0.1',
        port: host.port,
        user: host.user,
        password: host.password,
        identityFile: host.identityFile,
        hostKey: host.hostKeyFingerprint,
        home: host.home,
        gaussHome: host.gaussHome,
        version: host.version,
      })),
      nodes: this.nodes,
    };
  }

  get nodes(): readonly LabNode[] {
    return this.clusters.flatMap(({ nodes }) => nodes);
  }

  host(name: string): Machine {
    const found = this.hosts.find((host) => host.name === name);
    if (found === undefined) {
      throw new Error(
        `The lab has no host ${name}; it has ${this.hosts.map((h) => h.name).join(', ')}.`,
      );
    }
    return found;
  }

  /** A node by its id, for example `production/dn0`. */
  node(id: string): LabNode {
    const found = this.nodes.find((node) => node.id === id);
    if (found === undefined) {
      throw new Error(
        `The lab has no node ${id}; it has ${this.nodes.map((n) => n.id).join(', ')}.`,
      );
    }
    return found;
  }

  /** Starts a program of a node as its own account would, in the background. */
  private launch(node: LabNode, program: string, args: readonly string[]): void {
    const machine = this.host(node.host);
    const said = openSync(this.saidBy(node, program), 'w', 0o600);
    spawn(join(machine.gaussHome, 'bin', program), args, {
      cwd: machine.home,
      env: { ...machine.env, ...node.env },
      detached: true,
      stdio: ['ignore', said, said],
    }).unref();
    closeSync(said);
  }

  /** Where a program that the lab launched writes what it says before its own log is open. */
  private saidBy(node: LabNode, program: string): string {
    return join(this.dir, `${node.id.replace('/', '-')}-${program}.out`);
  }

  /** Starts the storage and the database of nodes and waits until each says that it is up. */
  async startNodes(nodes: readonly LabNode[] = this.nodes): Promise<void> {
    for (const node of nodes) {
      this.launch(node, 'dssserver', ['-D', node.dssHome]);
    }
    // A killed dssserver leaves its socket behind: only an answer shows that the new one is up.
    await this.until(
      nodes,
      'dssserver',
      async (node) => (await dssInfo(defaultAddress(node.dssHome))) !== undefined,
    );
    for (const node of nodes) {
      const cluster = this.clusters.find(({ name }) => name === node.cluster);
      const seven = this.host(node.host).version !== '5.0.0';
      const role = cluster?.role ?? 'primary';
      this.launch(node, 'gaussdb', [
        '-D',
        node.dataDir,
        ...(seven ? ['-z', `cluster_${role}`] : []),
      ]);
    }
    await this.until(nodes, 'gaussdb', (node) =>
      Promise.resolve(
        writerOf(join(node.dataDir, 'postmaster.pid')) > 0 &&
          readJson<StateFile>(join(node.dataDir, 'gaussdb.state'))?.state === 'Normal',
      ),
    );
  }

  /** Waits until a program of every node is up; what those said that are not goes into the error. */
  private async until(
    nodes: readonly LabNode[],
    program: string,
    up: (node: LabNode) => Promise<boolean>,
  ): Promise<void> {
    let missing = nodes;
    for (const end = Date.now() + 30_000; missing.length > 0 && Date.now() < end;) {
      const answers = await Promise.all(missing.map(up));
      missing = missing.filter((_, index) => answers[index] !== true);
      await pause(missing.length === 0 ? 0 : 20);
    }
    if (missing.length > 0) {
      const said = missing.map(
        (node) => `${node.id}: ${readText(this.saidBy(node, program))?.trim() ?? ''}`,
      );
      throw new Error(
        `The simulated ${program} did not come up within 30 s. ${said.join('; ')}. Logs are below ${this.dir}.`,
      );
    }
  }

  /** Gives the nodes a status without giving them processes. */
  async startLight(): Promise<void> {
    this.light = new LightNodes(this.clusters);
    await this.light.start(this.hosts);
  }

  /** Ends every process of the lab and removes its folder. */
  async stop(): Promise<void> {
    if (this.stopped) {
      return;
    }
    this.stopped = true;
    await this.faults.load(0);
    this.control?.close();
    this.light?.stop();
    for (const host of this.hosts) {
      host.server.killAll();
      await host.server.stop();
    }
    await endProcesses(this.dir);
    if (!this.keepDir) {
      await rm(this.dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
    }
  }
}

/** Starts a lab; answers when its nodes replicate, or when its bare machines can be logged in to. */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const dir = options.dir === undefined ? temporaryFolder() : resolve(options.dir);
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const version = options.version ?? '5.0.0';
  const key = newKey('lab');
  const identityFile = join(dir, 'ssh', 'id_ed25519');
  await mkdir(join(dir, 'ssh'), { recursive: true, mode: 0o700 });
  await writeFile(identityFile, key.private, { mode: 0o600 });
  await writeFile(`${identityFile}.pub`, `${key.public}\n`);
  await writeFile(join(dir, 'lab.pid'), String(process.pid));
  await writeFile(join(dir, 'faults.json'), '{}');
  await mkdir(join(dir, 'bin'), { recursive: true });
  await bundleTools(join(dir, 'tools'));

  const names = hostNames(options.hosts ?? 2);
  const machines = names.map(
    (name) =>
      new Machine({
        lab: dir,
        name,
        version,
        password: randomBytes(9).toString('base64url'),
        identityFile,
        publicKey: key.public,
      }),
  );
  const clusters: LabCluster[] = [];
  const lab = new Lab(dir, machines, clusters, options.dir !== undefined);
  try {
    await Promise.all(machines.map((machine) => machine.start()));
    await lab.listen();
    warmEngine(machines);
    await writeSshFiles(join(dir, 'ssh'), machines);
    clusters.push(...(await plan(lab, options.nodes ?? 2)));
    await mkdir(join(lab.xlogFile, '..'), { recursive: true });
    if (options.bare !== true) {
      await deploy(lab, clusters);
    }
    const managed = options.manager === true;
    for (const { cmConfig, role } of managed ? clusters : []) {
      const mode = role === 'primary' ? '1' : '2';
      new ManagerState(cmConfig).setParameter('ss_double_cluster_mode', mode);
    }
    await writeWorkspace(lab.workspace, topologyText(machines, clusters, lab.xlogFile, managed));
    if (options.light === true) {
      await lab.startLight();
    } else if (options.bare !== true) {
      await lab.startNodes();
    }
    return lab;
  } catch (thrown) {
    await lab.stop();
    throw thrown;
  }
}

/** Makes the files with which a cluster's engine starts quicker, in the background, when they are not there yet. */
function warmEngine([machine]: readonly Machine[]): void {
  if (machine !== undefined) {
    spawn(
      process.execPath,
      [join(machine.folder, '..', 'tools', 'server.cjs'), join(machine.folder, 'lab.json'), 'warm'],
      { env: { ...machine.env }, detached: true, stdio: 'ignore' },
    ).unref();
  }
}

/** `prod` and `dr`, then `prod2`, `dr2` and so on. */
function hostNames(count: number): string[] {
  return Array.from({ length: count }, (_none, index) => {
    const site = index % 2 === 0 ? 'prod' : 'dr';
    const number = Math.floor(index / 2) + 1;
    return number === 1 ? site : `${site}${number}`;
  });
}

/** Chooses names, places and ports; on bare machines this is what is to be deployed. */
async function plan(lab: Lab, count: number): Promise<LabCluster[]> {
  const sites = [0, 1].map((site) => lab.hosts.filter((_host, index) => index % 2 === site));
  const [first = [], second = []] = sites;
  const production = await planCluster(
    { name: 'production', role: 'primary', folder: 'ss_hatest', machines: first },
    count,
  );
  const recovery = await planCluster(
    {
      name: 'recovery',
      role: 'standby',
      folder: 'ss_hatest1',
      machines: second.length === 0 ? first : second,
    },
    count,
  );
  return [production, recovery];
}

async function deploy(lab: Lab, clusters: readonly LabCluster[]): Promise<void> {
  const [production, recovery] = clusters;
  const [machine] = lab.hosts;
  if (production === undefined || recovery === undefined) {
    return;
  }
  const version = machine?.version ?? '5.0.0';
  const access = {
    user: machine?.user ?? 'omm',
    password: databasePassword,
    xlogFile: lab.xlogFile,
  };
  const one = await layOut(lab.dir, version, production, recovery, access);
  const two = await layOut(lab.dir, version, recovery, production, access);
  await relate(one, two, lab.xlogFile);
}
