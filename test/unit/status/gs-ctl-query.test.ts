import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseGsCtlQuery } from '../../../src/status/gs-ctl-query.ts';
import type { GsCtlQuery } from '../../../src/status/types.ts';
import { corpusFiles, corpusRuns, corpusText, withCorpus } from '../../support/corpus.ts';

const tool = '[2024-01-02 03:04:05.678][4711][][gs_ctl]: ';

/** A tuple as the tool prints it: a tab, the name padded to 30. */
function tuple(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `\t${name.padEnd(30)} : ${value}\n`)
    .join('')
    .concat('\n');
}

const locations = Object.fromEntries(
  [
    'sender_sent',
    'sender_write',
    'sender_flush',
    'sender_replay',
    'receiver_received',
    'receiver_write',
    'receiver_flush',
    'receiver_replay',
  ].map((name, index) => [`${name}_location`, index < 4 ? '3/A0' : '3/90']),
);
const sender = (pid: string): string =>
  tuple({
    sender_pid: pid,
    local_role: 'Primary',
    peer_role: 'StandbyCluster_Standby',
    peer_state: 'Normal',
    state: 'Streaming',
    ...locations,
    sync_percent: '99%',
    sync_state: 'Async',
    sync_priority: '0',
    sync_most_available: 'Off',
    channel: `10.1.0.1:6600-->10.2.0.1:4${pid}`,
  });
const online = (role: string, senders: string, receivers: string): string =>
  `${tool}gs_ctl query ,datadir is /data/dn0 \n HA state:           \n${tuple({
    local_role: role,
    static_connections: '2',
    db_state: 'Normal',
    detail_information: 'Normal',
  })} Senders info:       \n${senders} Receiver info:      \n${receivers}`;
const none = 'No information \n';

describe('gs_ctl query of a server that answers', () => {
  it('gives the state and every sender', () => {
    const query = parseGsCtlQuery(online('Primary', sender('1101') + sender('1102'), none));
    assert.equal(query.kind, 'online');
    assert.equal(query.dataDir, '/data/dn0');
    assert.deepEqual(query.haState, {
      localRole: 'Primary',
      staticConnections: '2',
      dbState: 'Normal',
      detailInformation: 'Normal',
    });
    assert.equal(query.senders.length, 2);
    assert.equal(query.senders[0]?.peerRole, 'StandbyCluster_Standby');
    assert.equal(query.senders[0].senderSentLocation, '3/A0');
    assert.equal(query.senders[1]?.receiverReplayLocation, '3/90');
    assert.equal(query.senders[1].channel, '10.1.0.1:6600-->10.2.0.1:41102');
    assert.deepEqual(query.receivers, []);
  });

  it('gives the receiver of a main standby, whose own role differs from the receiver’s', () => {
    const receiver = tuple({
      receiver_pid: '77',
      local_role: 'Standby',
      peer_role: 'Primary',
      peer_state: 'Normal',
      state: 'Normal',
      ...locations,
      sync_percent: '100%',
      channel: '10.2.0.1:41102<--10.1.0.1:6600',
    });
    const query = parseGsCtlQuery(online('Main Standby', none, receiver));
    assert.equal(query.haState?.localRole, 'Main Standby');
    assert.equal(query.receivers[0]?.localRole, 'Standby');
    assert.equal(query.receivers.length, 1);
    assert.deepEqual(query.senders, []);
  });

  it('reads copies without blanks, prompts and prefixes', () => {
    const copy = online('Primary', sender('1'), none)
      .split('\n')
      .map((line) => line.trim())
      .join('\r\n');
    const query = parseGsCtlQuery(`[omm@a dn0]$ gs_ctl query -D /data/dn0\r\n${copy}[omm@a dn0]$ `);
    assert.deepEqual(query, parseGsCtlQuery(online('Primary', sender('1'), none)));
  });

  it('reads the prefix and the data directory of old tools', () => {
    const query = parseGsCtlQuery(
      online('Standby', none, none)
        .replaceAll(tool, '2020-07-25 10:13:04  38232 gs_ctl:')
        .replace('/data/dn0 ', '-D "/data/dn0"  '),
    );
    assert.equal(query.kind, 'online');
    assert.equal(query.dataDir, '/data/dn0');
  });

  it('keeps empty values, and tells when a question of the tool failed', () => {
    const empty = parseGsCtlQuery(online('Primary', sender('1').replace(/: 10\.1.*/, ': '), none));
    assert.equal(empty.senders[0]?.channel, '');
    const failed = parseGsCtlQuery(online('Primary', `${tool}exc_sql failed.\n`, none));
    assert.equal(failed.kind, 'online');
    assert.match(failed.message, /exc_sql failed/);
  });

  it('reads the first of two outputs', () => {
    const query = parseGsCtlQuery(
      online('Primary', none, none) + online('Standby', none, sender('1')),
    );
    assert.equal(query.haState?.localRole, 'Primary');
    assert.deepEqual(query.receivers, []);
  });
});

const offline = (detail: string): string =>
  `${tool}gs_ctl query ,datadir is /data/dn1 \n HA state:\n${Object.entries({
    local_role: 'Standby',
    static_connections: '0',
    db_state: 'Starting',
    detail_information: detail,
    sync_mode: 'Async',
  })
    .map(([name, value]) => `        ${name.padEnd(30)}: ${value}\n`)
    .join('')}\n Senders info:\n        No information\n Receiver info:\n        No information\n`;

describe('gs_ctl query of a server that does not answer', () => {
  it('is offline, with the reason', () => {
    const query = parseGsCtlQuery(offline('wait localhost:6701 timeout expired\n'));
    assert.equal(query.kind, 'offline');
    assert.equal(query.haState?.dbState, 'Starting');
    assert.equal(query.haState.syncMode, 'Async');
    assert.equal(query.haState.detailInformation, 'wait localhost:6701 timeout expired');
    assert.match(query.message, /timeout expired/);
  });

  it('keeps a reason of several lines', () => {
    const query = parseGsCtlQuery(
      offline(
        'could not connect to server: Connection refused\n\tIs the server running locally?\nFATAL:  in reform!\n',
      ),
    );
    assert.equal(
      query.haState?.detailInformation,
      'could not connect to server: Connection refused\nIs the server running locally?\nFATAL:  in reform!',
    );
    assert.equal(query.haState.syncMode, 'Async');
  });

  for (const message of [
    ' PID file "/data/dn0/postmaster.pid" does not exist\nIs server running?\n',
    ' The process recorded in PID file "/data/dn0/postmaster.pid" is not current server\nIs server running?\n',
    ' could not connect to the local server, the postmaster process 4711 is not running',
  ]) {
    it(`is not running:${message.slice(0, 40)}`, () => {
      const banner = `${tool}gs_ctl query ,datadir is /data/dn0 \n`;
      const query = parseGsCtlQuery(banner + message.replace(/^/gm, tool));
      assert.equal(query.kind, 'not-running');
      assert.equal(query.dataDir, '/data/dn0');
      assert.equal(query.haState, null);
      assert.ok(query.message.startsWith(message.trim().slice(0, 20)), query.message);
      assert.equal(parseGsCtlQuery(message).kind, 'not-running');
    });
  }
});

describe('other texts', () => {
  for (const text of [
    '',
    'gs_ctl: command not found\n',
    `${tool}failed to init dss device\n`,
    ' cannot be run as root\n',
    `${tool}gs_ctl build query ,datadir is /d \n HA state:\n        local_role                    : Standby\n        db_state                      : Building\n        sync_mode                     : Async\n`,
    `${tool}gs_ctl query ,datadir is /data/dn0 \n HA state:           \n\tlocal_role                     : Pri`,
  ]) {
    it(`are kept as unrecognised: ${JSON.stringify(text.slice(0, 60))}`, () => {
      const query = parseGsCtlQuery(text);
      assert.equal(query.kind, 'unrecognised');
      assert.equal(query.message, text);
      assert.equal(query.haState, null);
    });
  }

  it('of any kind never throw, and always give a value of the contract', () => {
    const real = [
      online('Primary', sender('1'), none),
      offline('x'),
      online('Main Standby', none, sender('2')),
    ];
    const mutated = fc
      .tuple(
        fc.constantFrom(...real),
        fc.array(fc.tuple(fc.nat(2000), fc.nat(80), fc.string({ unit: 'binary' })), {
          maxLength: 6,
        }),
      )
      .map(([text, cuts]) =>
        cuts.reduce(
          (whole, [at, length, put]) => whole.slice(0, at) + put + whole.slice(at + length),
          text,
        ),
      );
    fc.assert(
      fc.property(
        fc.oneof(
          mutated,
          fc.string({ unit: 'binary' }),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        ),
        (text) => {
          const query = parseGsCtlQuery(text);
          assert.ok(['online', 'offline', 'not-running', 'unrecognised'].includes(query.kind));
          assert.ok(query.kind !== 'unrecognised' || query.message === text);
          assert.ok(query.kind !== 'offline' || query.message !== '' || query.haState !== null);
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('of great length are read at once', () => {
    for (const text of [
      'PID file "'.repeat(100_000),
      ' '.repeat(1_000_000),
      'a '.repeat(500_000),
      '\n'.repeat(500_000),
    ]) {
      assert.equal(parseGsCtlQuery(text).kind, 'unrecognised');
    }
  });
});

interface Expected {
  readonly file: string;
  readonly kind: string;
  readonly parsed?: {
    readonly local_role: string;
    readonly static_connections: string;
    readonly db_state: string;
    readonly detail: string;
    readonly senders: number;
    readonly peer_roles: readonly string[];
    readonly sync_state: readonly string[];
    readonly state: readonly string[];
    readonly has_receiver: boolean;
    readonly channels: readonly string[];
    readonly sync_percent: readonly string[];
  };
}

describe('real outputs of documents', withCorpus, () => {
  const index = corpusFiles('outputs', /^index\.json$/).flatMap(
    (path) => JSON.parse(corpusText(path)) as Expected[],
  );
  const queries = index.filter((entry) => entry.kind === 'gs_ctl-query');
  it('are there', () => assert.ok(queries.length > 10));
  for (const { file, parsed } of queries) {
    it(file, () => {
      const query = parseGsCtlQuery(corpusText(`outputs/${file}`));
      assert.ok(parsed);
      const tuples = [...query.senders, ...query.receivers];
      const all = (field: keyof (typeof tuples)[number]): unknown[] =>
        tuples.map((one) => one[field]).filter((value) => value !== undefined);
      assert.equal(query.kind, 'online');
      assert.deepEqual(
        {
          local_role: query.haState?.localRole,
          static_connections: query.haState?.staticConnections,
          db_state: query.haState?.dbState,
          detail: query.haState?.detailInformation,
          senders: query.senders.length,
          peer_roles: all('peerRole'),
          sync_state: all('syncState'),
          state: all('state'),
          has_receiver: query.receivers.length > 0,
          channels: all('channel'),
          sync_percent: all('syncPercent'),
        },
        parsed,
      );
    });
  }
});

describe('outputs of a real server', withCorpus, () => {
  const runs = corpusRuns().filter(
    (run) => / query( |$)/.test(run.cmd) && run.cmd.includes('gs_ctl'),
  );
  const expected = (run: { readonly stdout: string; readonly rc: number }): GsCtlQuery['kind'] =>
    run.stdout.includes('sync_mode')
      ? 'offline'
      : run.stdout.includes('detail_information')
        ? 'online'
        : /does not exist|is not running|not current server/.test(run.stdout)
          ? 'not-running'
          : 'unrecognised';
  it('are all understood', () => {
    assert.ok(runs.length > 30);
    const kinds = new Set<string>();
    for (const run of runs) {
      const query = parseGsCtlQuery(run.stdout);
      kinds.add(query.kind);
      assert.equal(query.kind, expected(run), `${run.file} ${run.cmd}\n${run.stdout}`);
      if (query.kind === 'online') {
        assert.equal(query.senders.length, run.stdout.split('sender_pid').length - 1);
        assert.equal(query.receivers.length, run.stdout.split('receiver_pid').length - 1);
      }
    }
    assert.deepEqual([...kinds].sort(), ['not-running', 'offline', 'online', 'unrecognised']);
  });
});
