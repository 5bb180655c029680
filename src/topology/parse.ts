import type { Finding } from '../base/finding.ts';
import { t } from '../base/l10n.ts';
import { checkTogether } from './rules.ts';
import { alternatives, Findings, MapReader, replacements } from './map-reader.ts';
import { toTree } from './tree.ts';
import type { ArraySpec, ClusterSpec, HostSpec, NodeSpec, Topology } from './types.ts';
import {
  checkHost,
  checkIdentityFile,
  checkInstanceId,
  checkName,
  checkPath,
  checkPort,
  checkProxyJump,
  checkServerPort,
  checkSize,
  checkUser,
  checkVersion,
  isVariableName,
  variableProblem,
} from './values.ts';

/** What reading an `opengauss.yaml` gives. There is a topology only when no finding is an error. */
export interface TopologyReading {
  readonly topology?: Topology;
  readonly findings: readonly Finding[];
}

/**
 * Reads the text of an `opengauss.yaml`. Never rejects because of the text: every mistake is a finding with its place.
 * The yaml library is loaded by the first call.
 */
export async function parseTopology(text: string): Promise<TopologyReading> {
  const yaml = await import('./lazy/yaml.ts');
  const findings = new Findings();
  const document = yaml.parseDocument(text, {
    prettyErrors: false,
    strict: true,
    logLevel: 'silent',
    intAsBigInt: false,
  });
  for (const problem of [...document.errors, ...document.warnings]) {
    findings.add(
      'topology-syntax',
      { start: Math.min(problem.pos[0], text.length), end: Math.min(problem.pos[1], text.length) },
      problem.message,
      { severity: problem.name === 'YAMLWarning' ? 'warning' : 'error' },
    );
  }
  const tree = toTree(yaml, document, findings.list);
  if (tree?.kind !== 'map') {
    if (!findings.failed) {
      findings.add(
        'topology-missing',
        tree?.range ?? { start: 0, end: Math.min(text.length, 1) },
        t('This is not a topology. Expected: version, clusters and their nodes.'),
      );
    }
    return { findings: findings.list };
  }
  const topology = readTopology(new MapReader(tree, t('the topology'), findings));
  return findings.failed || topology === undefined
    ? { findings: findings.list }
    : { topology, findings: findings.list };
}

function readTopology(reader: MapReader): Topology | undefined {
  readFileVersion(reader);
  const openGauss = reader.value('openGauss', checkVersion) ?? 'auto';
  const build = reader.choice('build', ['release', 'debug']) ?? 'release';
  const profile = reader.choice('profile', ['simulation', 'dorado']) ?? 'simulation';
  const hosts = readHosts(reader);
  const clusterReaders = reader.items('clusters', t('a cluster'));
  const clusters = clusterReaders.flatMap((cluster) => readCluster(cluster, hosts) ?? []);
  const xlog = readXlog(reader);
  const arrays = reader
    .items('arrays', t('an array'))
    .flatMap((array) => readArray(array, clusters) ?? []);
  reader.finish();
  if (clusterReaders.length === 0) {
    reader.missing('clusters', t('a primary and a standby cluster with their nodes'));
    return undefined;
  }
  const topology: Topology = {
    openGauss,
    build,
    profile,
    clusters,
    hosts,
    arrays,
    ...(xlog && { xlog }),
  };
  checkTogether(topology, reader, clusters.length === clusterReaders.length);
  return topology;
}

function readFileVersion(reader: MapReader): void {
  if (reader.entry('version') === undefined) {
    reader.findings.add(
      'topology-version',
      reader.place,
      t('"version: 1" is missing: it says how this file is to be read.'),
      {
        severity: 'warning',
        fixes: [
          {
            title: t('Insert "version: 1"'),
            edits: [
              {
                range: { start: reader.place.start, end: reader.place.start },
                newText: 'version: 1\n',
              },
            ],
            preferred: true,
          },
        ],
      },
    );
    return;
  }
  reader.value('version', (text) =>
    text === '1'
      ? { value: 1 }
      : {
          problem: t('Version {0} of the topology file is not known here. Expected: 1.', text),
          code: 'topology-version',
          instead: ['1'],
        },
  );
}

function readHosts(reader: MapReader): Readonly<Record<string, HostSpec>> {
  const map = reader.mapping('hosts', t('the hosts'));
  const hosts: Record<string, HostSpec> = {};
  for (const entry of map?.map.entries ?? []) {
    const name = checkHost(entry.key);
    if ('problem' in name) {
      reader.findings.add('topology-host', entry.keyRange, name.problem);
      continue;
    }
    if (entry.key === 'local') {
      reader.findings.add(
        'topology-host',
        entry.keyRange,
        t('"local" is the machine that the extension runs on and cannot be described here.'),
      );
      continue;
    }
    const host = map?.mapping(entry.key, t('a host'));
    hosts[entry.key] = host === undefined ? {} : readHost(host);
  }
  return hosts;
}

function readHost(host: MapReader): HostSpec {
  const spec = {
    hostName: host.value('hostName', checkHost),
    user: host.value('user', checkUser),
    port: host.value('port', checkPort),
    identityFile: host.value('identityFile', checkIdentityFile),
    proxyJump: host.value('proxyJump', checkProxyJump),
  };
  host.finish();
  return withoutUndefined(spec);
}

function readCluster(
  reader: MapReader,
  hosts: Readonly<Record<string, HostSpec>>,
): ClusterSpec | undefined {
  const name = reader.required('name', checkName, t('a name such as {0}', 'production'));
  const role = reader.choice('role', ['primary', 'standby']);
  if (role === undefined && reader.entry('role') === undefined) {
    reader.missing('role', 'primary, standby');
  }
  const manager = reader.choice('manager', ['none', 'cm']) ?? 'none';
  const env = readVariables(reader);
  const xlogLockFile = reader.value('xlogLockFile', checkPath);
  const nodeReaders = reader.items('nodes', t('a node'));
  const nodes = nodeReaders.flatMap(
    (node, index) => readNode(node, { cluster: name ?? '', index, env, hosts }) ?? [],
  );
  if (nodeReaders.length === 0) {
    reader.missing('nodes', t('at least one node'));
  }
  reader.finish();
  if (name === undefined || role === undefined) {
    return undefined;
  }
  return {
    name,
    role,
    manager,
    env,
    nodes,
    range: reader.map.range,
    ...(xlogLockFile !== undefined && { xlogLockFile }),
  };
}

function readNode(
  reader: MapReader,
  at: {
    readonly cluster: string;
    readonly index: number;
    readonly env: Readonly<Record<string, string>>;
    readonly hosts: Readonly<Record<string, HostSpec>>;
  },
): NodeSpec | undefined {
  const name = reader.required('name', checkName, t('a name such as {0}', 'dn0'));
  const host = reader.required(
    'host',
    checkHost,
    t('"local", a name under "hosts" or an alias of your ssh configuration'),
  );
  const dataDir = reader.required('dataDir', checkPath, t('the data directory'));
  const port = reader.required('port', checkServerPort, t('the port of gaussdb'));
  const optional = withoutUndefined({
    dssHome: reader.value('dssHome', checkPath),
    dmsPort: reader.value('dmsPort', checkPort),
    dssPort: reader.value('dssPort', checkPort),
    address:
      reader.value('address', checkHost) ??
      (host === undefined ? undefined : at.hosts[host]?.hostName),
  });
  const instanceId = reader.value('instanceId', checkInstanceId) ?? at.index;
  const own = readVariables(reader);
  reader.finish();
  if (name === undefined || host === undefined || dataDir === undefined || port === undefined) {
    return undefined;
  }
  return {
    id: `${at.cluster}/${name}`,
    name,
    cluster: at.cluster,
    host,
    dataDir,
    port,
    instanceId,
    ...optional,
    env: {
      ...at.env,
      ...(optional.dssHome !== undefined && { DSS_HOME: optional.dssHome }),
      ...own,
    },
    range: reader.map.range,
  };
}

function readVariables(reader: MapReader): Readonly<Record<string, string>> {
  const variables: Record<string, string> = {};
  for (const { name, entry, text } of reader.texts('env')) {
    if (!isVariableName(name)) {
      reader.findings.add(
        'topology-env',
        entry.keyRange,
        t('"{0}" cannot be the name of an environment variable.', name),
      );
      continue;
    }
    const problem = variableProblem(text);
    if (problem !== undefined) {
      reader.findings.add('topology-env', entry.value.range, problem);
      continue;
    }
    if (/PASSW(OR)?D|SECRET|TOKEN/i.test(name)) {
      reader.findings.add(
        'topology-secret',
        entry.keyRange,
        t(
          'Keep secrets out of this file: the extension asks for passwords and can keep them safely.',
        ),
        { severity: 'warning', stage: 'style' },
      );
    }
    variables[name] = text;
  }
  return variables;
}

function readXlog(reader: MapReader): Topology['xlog'] {
  const xlog = reader.mapping('xlog', t('the shared xlog'));
  if (xlog === undefined) {
    return undefined;
  }
  const spec = withoutUndefined({
    path: xlog.value('path', checkPath),
    size: xlog.value('size', checkSize),
  });
  const step = 16n << 20n;
  if (spec.size !== undefined && (spec.size % step !== 0n || spec.size < 8n * step)) {
    reader.findings.add(
      'topology-size',
      xlog.rangeOf('size'),
      t('xlog_file_size must be a multiple of 16 MiB and at least 128 MiB.'),
      {
        stage: 'start',
        fixes: replacements(xlog.rangeOf('size'), [String(wholeSize(spec.size, step))]),
      },
    );
  }
  xlog.finish();
  return spec;
}

/** The size that holds at least as much and is a whole number of steps, eight or more. */
function wholeSize(size: bigint, step: bigint): bigint {
  const steps = (size + step - 1n) / step;
  return (steps < 8n ? 8n : steps) * step;
}

function readArray(reader: MapReader, clusters: readonly ClusterSpec[]): ArraySpec | undefined {
  const name = reader.required('name', checkName, t('a name such as {0}', 'dorado-a'));
  const url = reader.required('url', checkUrl, 'https://…:8088');
  const cluster = reader.value('cluster', (text) =>
    clusters.some((one) => one.name === text)
      ? { value: text }
      : {
          problem: t('There is no cluster "{0}" in this file.', text),
          instead: alternatives(
            text,
            clusters.map((one) => one.name),
          ),
        },
  );
  reader.finish();
  return name === undefined || url === undefined
    ? undefined
    : { name, url, ...(cluster !== undefined && { cluster }) };
}

function checkUrl(text: string): { readonly value: string } | { readonly problem: string } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.hostname === '') {
    return {
      problem: t('Expected the address of DeviceManager, such as {0}.', 'https://10.0.0.9:8088'),
    };
  }
  return url.username === '' && url.password === ''
    ? { value: text }
    : { problem: t('Keep user and password out of this file: the extension asks for them.') };
}

/** The same object without keys whose value is undefined, as exactOptionalPropertyTypes wants it. */
function withoutUndefined<T extends object>(
  object: T,
): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    readonly [Key in keyof T]?: Exclude<T[Key], undefined>;
  };
}
