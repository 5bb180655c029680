// What looks like a proof and is none, and what looks like a fault and is none.
import { sleep } from '../../../src/base/async.ts';
import type { NodeSpec } from '../../../src/topology/types.ts';
import { controlText, proofSum } from './scripted.ts';
import type { Answers, Session, SqlAnswer } from './scripted.ts';

const schemaOf = (statement: string): string => /ogdc_verify_\w+/.exec(statement)?.[0] ?? '';
export const isSum = (statement: string): boolean => statement.includes('string_agg');
const isInsert = (statement: string): boolean => statement.startsWith('insert');

/** Answers a node's statements of one kind. */
const on =
  (
    id: string,
    matches: (statement: string) => boolean,
    answer: (statement: string, session: Session) => SqlAnswer | Promise<SqlAnswer> | undefined,
  ): NonNullable<Answers['sql']> =>
  (node, statement, session) =>
    node.id === id && matches(statement) ? answer(statement, session) : undefined;

/** The rows of pg_settings with some of them changed; null leaves one out. */
export const settings =
  (id: string, changes: () => Readonly<Record<string, string | null>>) =>
  (node: NodeSpec, statement: string): SqlAnswer | undefined => {
    if (node.id !== id || !statement.includes('pg_settings')) {
      return undefined;
    }
    const rows: Readonly<Record<string, string | null>> = {
      data_directory: node.dataDir,
      port: String(node.port),
      ss_instance_id: String(node.instanceId),
      ...changes(),
    };
    return {
      rows: Object.entries(rows).flatMap(([name, value]) =>
        value === null ? [] : [[name, value]],
      ),
    };
  };

/** Replication texts of `gs_ctl query` with LSNs of our choice, the first before the write. */
const lsns =
  (sent: (look: number) => string, replayed: (look: number) => string, own = replayed) =>
  (node: NodeSpec, look: number): ReturnType<NonNullable<Answers['query']>> =>
    node.id === 'production/dn0'
      ? { role: 'Primary', senders: [{ sent: sent(look), replayed: replayed(look) }] }
      : node.id === 'recovery/dn0'
        ? { role: 'Main Standby', receiver: { sent: sent(look), replayed: own(look) } }
        : undefined;
const moving = (look: number): string => (look <= 2 ? '2/100' : '2/900');

/** Two hosts are asked in each look, so the first two batches are those before the write. */
export const wrong: readonly {
  readonly name: string;
  readonly answers: Answers;
  readonly failed: readonly string[];
  readonly says: RegExp;
  /** Something that is waited for does not come. */
  readonly waits?: true;
}[] = [
  {
    name: 'a standby refuses a write because its disk is full',
    answers: {
      sql: on('recovery/dn1', isInsert, () => ({
        error: 'could not extend file "base/1": No space left on device',
      })),
    },
    failed: ['refuse-write:recovery/dn1'],
    says: /not because the node is read-only: .*No space left/,
  },
  {
    name: 'a standby refuses a write for want of a privilege',
    answers: {
      sql: on('recovery/dn0', isInsert, () => ({ error: 'permission denied for schema ogdc' })),
    },
    failed: ['refuse-write:recovery/dn0'],
    says: /permission denied/,
  },
  {
    name: 'a server that could write is only kept from it by default_transaction_read_only',
    answers: {
      sql: (node, statement, session) =>
        node.id !== 'recovery/dn1'
          ? undefined
          : statement.startsWith('show')
            ? { rows: [['on']] }
            : isInsert(statement) && session.has('default_transaction_read_only')
              ? { tag: 'INSERT 0 1' }
              : undefined,
    },
    failed: ['refuse-write:recovery/dn1'],
    says: /only default_transaction_read_only holds it back/,
  },
  {
    name: 'gsql dies without a word while it writes on a standby',
    answers: { sql: on('production/dn1', isInsert, () => 'gone') },
    failed: ['refuse-write:production/dn1'],
    says: /gsql ended after 0 of 1 statements/,
  },
  {
    name: 'the checksum is equal and the count is not',
    answers: {
      sql: on('recovery/dn0', isSum, (text) => ({ rows: [['101', proofSum(schemaOf(text))]] })),
    },
    waits: true,
    failed: ['read:recovery/dn0'],
    says: /did not arrive within .*101 rows/,
  },
  {
    name: 'the count is equal and the checksum is not',
    answers: {
      sql: on('recovery/dn1', isSum, (text) => ({
        rows: [['100', proofSum(schemaOf(text), 'x')]],
      })),
    },
    waits: true,
    failed: ['read:recovery/dn1'],
    says: /did not arrive/,
  },
  {
    name: 'the primary shows other rows than were written',
    answers: {
      sql: on('production/dn0', isSum, (text) => ({
        rows: [['100', proofSum(schemaOf(text), 'x')]],
      })),
    },
    failed: ['write'],
    says: /100 rows with md5 \w+ were written, and this is there/,
  },
  {
    name: 'the rows are seen only after the time limit',
    answers: {
      sql: on('recovery/dn0', isSum, async (text) => {
        await sleep(1_500);
        return { rows: [['100', proofSum(schemaOf(text))]] };
      }),
    },
    waits: true,
    failed: ['read:recovery/dn0'],
    says: /seen only [\d.]+ s after they were written; 1 s are allowed/,
  },
  {
    name: 'one node has an empty system identifier',
    answers: {
      control: (node) => (node.cluster === 'recovery' ? controlText(node, '') : undefined),
    },
    failed: ['control-data'],
    says: /no system identifier for recovery\/dn0/,
  },
  {
    name: 'all nodes have an empty system identifier',
    answers: { control: (node) => controlText(node, '') },
    failed: ['control-data'],
    says: /no system identifier/,
  },
  {
    name: 'the page of a second instance names another system',
    answers: {
      control: (node) =>
        node.cluster === 'recovery'
          ? `${controlText(node)}\npg_control data\n\npg_control version number: 923\nDatabase system identifier: 42\n`
          : undefined,
    },
    failed: ['control-data'],
    says: /system identifiers differ/,
  },
  {
    name: 'pg_controldata does not trust the page',
    answers: {
      control: (node) =>
        node.cluster === 'production'
          ? `WARNING: Calculated CRC checksum does not match value stored in file.\n${controlText(node)}`
          : undefined,
    },
    failed: ['control-data'],
    says: /does not trust .*CRC/,
  },
  {
    name: 'the control file of the standby cluster says that it is the primary one',
    answers: {
      control: (node) =>
        node.cluster === 'recovery' ? controlText(node, undefined, 'primary cluster') : undefined,
    },
    failed: ['control-data'],
    says: /control file of recovery says "primary cluster"/,
  },
  {
    name: 'another server answers on a node’s port',
    answers: { sql: settings('recovery/dn1', () => ({ data_directory: '/data/other' })) },
    failed: ['identity:recovery/dn1'],
    says: /runs on \/data\/other, not on/,
  },
  {
    name: 'the server does not say who it is',
    answers: { sql: settings('recovery/dn1', () => ({ data_directory: null })) },
    failed: ['identity:recovery/dn1'],
    says: /does not say its data_directory/,
  },
  {
    name: 'a server says that its port is another',
    answers: { sql: settings('production/dn1', () => ({ port: '7777' })) },
    failed: ['identity:production/dn1'],
    says: /its port is 7777/,
  },
  {
    name: 'the other instance of the cluster answers',
    answers: { sql: settings('production/dn1', () => ({ ss_instance_id: '0' })) },
    failed: ['identity:production/dn1'],
    says: /ss_instance_id is 0, not 1/,
  },
  {
    name: 'the LSN stands still',
    answers: {
      query: lsns(
        () => '2/100',
        () => '2/100',
      ),
    },
    waits: true,
    failed: ['lsn'],
    says: /did not move beyond 2\/100/,
  },
  {
    name: 'the primary’s LSN moves and what is replayed does not',
    answers: { query: lsns(moving, () => '2/100') },
    waits: true,
    failed: ['lsn'],
    says: /did not move/,
  },
  {
    name: 'only the primary says that it was replayed, which says so where it does not know',
    answers: { query: lsns(moving, moving, () => '2/100') },
    waits: true,
    failed: ['lsn'],
    says: /by its own account: 2\/100/,
  },
  {
    name: 'there was no LSN before the write',
    answers: { query: lsns((look) => (look <= 2 ? '0/0' : '2/900'), moving) },
    failed: ['lsn'],
    says: /No sender to the other cluster told an LSN/,
  },
  {
    name: 'the schema stays',
    answers: {
      sql: on(
        'production/dn0',
        (text) => text.includes('pg_namespace'),
        () => ({ rows: [['1']] }),
      ),
    },
    failed: ['clean-up'],
    says: /schema ogdc_verify_\w+ is still there/,
  },
  {
    name: 'the schema cannot be dropped',
    answers: {
      sql: on(
        'production/dn0',
        (text) => text.startsWith('drop'),
        () => ({
          error: 'canceling statement due to lock timeout',
        }),
      ),
    },
    failed: ['clean-up'],
    says: /ogdc_verify_\w+ is still there; drop it on production\/dn0\. .*lock timeout/,
  },
];

export const right: readonly { readonly name: string; readonly answers: Answers }[] = [
  { name: 'everything is as it should be', answers: {} },
  {
    name: 'the data directory is a link',
    answers: {
      sql: settings('recovery/dn1', () => ({ data_directory: '/mnt/disk1/dn1' })),
      links: { '/home/omm/ss_hatest1/dn1': '/mnt/disk1/dn1' },
    },
  },
  {
    name: 'a standby is read-only by its setting as well',
    answers: {
      sql: on(
        'recovery/dn0',
        (text) => text.startsWith('show'),
        () => ({ rows: [['on']] }),
      ),
    },
  },
  {
    name: 'a pooled standby refuses in its own words',
    answers: {
      sql: on('production/dn1', isInsert, () => ({
        error: 'cannot execute INSERT at Standby node while DMS enabled',
      })),
    },
  },
  {
    name: 'the rows arrive a moment late, with the table missing at first',
    answers: (() => {
      let asked = 0;
      return {
        sql: on('recovery/dn0', isSum, () => {
          asked += 1;
          return asked > 1 ? undefined : { error: 'relation "proof" does not exist on dn0' };
        }),
      };
    })(),
  },
  {
    name: 'the checksum of a control file is wrong for one look',
    answers: (() => {
      let asked = 0;
      return {
        control: (node: NodeSpec) => {
          asked += 1;
          return asked === 1
            ? `WARNING: Calculated CRC checksum does not match\n${controlText(node)}`
            : undefined;
        },
      };
    })(),
  },
  {
    name: 'the receiver does not say how far it is',
    answers: { query: lsns(moving, moving, () => '0/0') },
  },
];
