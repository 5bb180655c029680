import { randomBytes } from 'node:crypto';
import { sleep } from '../../base/async.ts';
import { t } from '../../base/l10n.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { ask } from './observe.ts';
import type { Outcome } from './recorder.ts';
import type { VerifyContext } from './types.ts';

/** Rows written for the proof. */
const rowCount = 100;
/** Milliseconds between two looks at a node that has not got the rows yet. */
const pause = 200;

/**
 * What a server without write permission says: a standby by recovery (`read-only transaction`, also 5.0.0's pooled standby),
 * a pooled standby of later versions (`at Standby node while DMS enabled`), one in recovery.
 */
const refusals = [
  /cannot execute .+ in a read-only transaction/i,
  /cannot execute .+ at Standby node while DMS enabled/i,
  /cannot execute .+ during recovery/i,
];

/** A table in a schema of our own, made for one verification. */
export class ProofTable {
  readonly schema = `ogdc_verify_${randomBytes(6).toString('hex')}`;
  private readonly context: VerifyContext;
  private checksum: string | undefined;
  private written = 0;
  private made = false;

  constructor(context: VerifyContext) {
    this.context = context;
  }

  /** Writes on the primary; the checksum is what the others are compared with. */
  async write(primary: NodeSpec): Promise<Outcome> {
    // From here on there may be something to clean up, whatever the answer.
    this.made = true;
    const created = await ask(
      this.context,
      primary,
      `create schema ${this.schema}; create table ${this.schema}.proof (id int, payload text) with (segment = on);`,
    );
    if (created.kind === 'error') {
      return { status: 'failed', reason: created.message };
    }
    const inserted = await ask(
      this.context,
      primary,
      `insert into ${this.schema}.proof select i, md5(i::text || '${this.schema}') from generate_series(1, ${rowCount}) as i; ${this.sum()}`,
    );
    if (inserted.kind === 'error') {
      return { status: 'failed', reason: inserted.message };
    }
    const [count, checksum] = inserted.rows[0] ?? [];
    if (count !== String(rowCount) || checksum === null || checksum === undefined) {
      return {
        status: 'failed',
        reason: t('{0} rows were written, {1} are there.', rowCount, count ?? '0'),
      };
    }
    this.checksum = checksum;
    this.written = Date.now();
    return {
      status: 'passed',
      evidence: [`${this.schema}.proof: ${count} rows, md5 ${checksum}`],
    };
  }

  /** Waits until a node shows the same rows, at most the replay limit. */
  async read(node: NodeSpec, limit: number): Promise<Outcome> {
    const deadline = Date.now() + limit;
    for (;;) {
      const answer = await ask(this.context, node, this.sum());
      if (answer.kind === 'rows' && answer.rows[0]?.[1] === this.checksum) {
        return {
          status: 'passed',
          evidence: [
            `${answer.rows[0]?.[0] ?? '?'} rows, md5 ${this.checksum ?? ''}`,
            t('{0} ms after they were written', Date.now() - this.written),
          ],
        };
      }
      const last =
        answer.kind === 'error'
          ? answer.message
          : t('{0} rows, md5 {1}', answer.rows[0]?.[0] ?? '0', answer.rows[0]?.[1] ?? '–');
      if (Date.now() + pause > deadline) {
        return {
          status: 'failed',
          evidence: [last],
          reason: t(
            'The rows did not arrive within {0} s; last answer: {1}',
            Math.round(limit / 1000),
            last,
          ),
        };
      }
      await sleep(pause, this.context.signal);
    }
  }

  /** Tries to write on a node that must not take it. */
  async refused(node: NodeSpec): Promise<Outcome> {
    const answer = await ask(
      this.context,
      node,
      `insert into ${this.schema}.proof values (0, 'must be refused')`,
    );
    if (answer.kind === 'rows') {
      return {
        status: 'failed',
        reason: t(
          '{0} took a write. It must not: rows would be lost or the clusters diverge.',
          node.id,
        ),
      };
    }
    return refusals.some((pattern) => pattern.test(answer.message))
      ? { status: 'passed', evidence: [answer.message] }
      : {
          status: 'failed',
          reason: t('The write failed, but not because the node is read-only: {0}', answer.message),
        };
  }

  /** Drops the schema and proves that it is gone. Runs also after a failure or a cancellation. */
  async cleanUp(context: VerifyContext, primary: NodeSpec): Promise<Outcome> {
    if (!this.made) {
      return { status: 'skipped', reason: t('Nothing was made.') };
    }
    const dropped = await ask(
      context,
      primary,
      `drop schema if exists ${this.schema} cascade; select count(*) from pg_namespace where nspname = '${this.schema}'`,
    );
    if (dropped.kind === 'error' || dropped.rows[0]?.[0] !== '0') {
      return {
        status: 'failed',
        reason: t(
          'The schema {0} is still there; drop it on {1}. {2}',
          this.schema,
          primary.id,
          dropped.kind === 'error' ? dropped.message : '',
        ),
      };
    }
    return { status: 'passed', evidence: [t('The schema {0} is gone.', this.schema)] };
  }

  private sum(): string {
    return `select count(*), md5(string_agg(id::text || ':' || payload, ',' order by id)) from ${this.schema}.proof`;
  }
}
