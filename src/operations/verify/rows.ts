import { createHash, randomBytes } from 'node:crypto';
import { sleep } from '../../base/async.ts';
import { messageOf } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { ask } from './observe.ts';
import type { Rows } from './observe.ts';
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

/** A session may be read-only by a setting as well, on a server that could write. */
const byTransaction = /in a read-only transaction/i;

/** A table in a schema of our own, made for one verification. */
export class ProofTable {
  readonly schema = `ogdc_verify_${randomBytes(6).toString('hex')}`;
  private readonly context: VerifyContext;
  /** What the rows must add up to, reckoned here and not by the server that is to be proven. */
  private readonly checksum: string;
  /** When the rows were there, by a clock that nobody sets. */
  private written = 0;
  private made = false;

  constructor(context: VerifyContext) {
    this.context = context;
    const payload = (id: number): string => md5(`${id}${this.schema}`);
    this.checksum = md5(
      Array.from({ length: rowCount }, (_, index) => `${index + 1}:${payload(index + 1)}`).join(
        ',',
      ),
    );
  }

  /** Writes on the primary and reads there what it has written. */
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
    this.written = performance.now();
    return this.isWhole(inserted)
      ? {
          status: 'passed',
          evidence: [`${this.schema}.proof: ${rowCount} rows, md5 ${this.checksum}`],
        }
      : {
          status: 'failed',
          reason: t(
            '{0} rows with md5 {1} were written, and this is there: {2}',
            rowCount,
            this.checksum,
            seen(inserted),
          ),
        };
  }

  /** Waits until a node shows the same rows, at most the limit (milliseconds) from when they were written. */
  async read(node: NodeSpec, limit: number): Promise<Outcome> {
    for (;;) {
      const answer = await ask(this.context, node, this.sum());
      const passed = performance.now() - this.written;
      const last = seen(answer);
      if (this.isWhole(answer) && passed <= limit) {
        return {
          status: 'passed',
          evidence: [last, t('{0} ms after they were written', Math.round(passed))],
        };
      }
      if (this.isWhole(answer)) {
        return {
          status: 'failed',
          evidence: [last, t('{0} ms after they were written', Math.round(passed))],
          reason: t(
            'The rows are there, but they were seen only {0} s after they were written; {1} s are allowed.',
            Math.round(passed / 100) / 10,
            Math.round(limit / 100) / 10,
          ),
        };
      }
      if (passed + pause > limit) {
        return {
          status: 'failed',
          evidence: [last],
          reason: t(
            'The rows did not arrive within {0} s; last answer: {1}',
            Math.round(limit / 100) / 10,
            last,
          ),
        };
      }
      await sleep(pause, this.context.signal);
    }
  }

  /** Tries to write on a node that must not take it. */
  async refused(node: NodeSpec): Promise<Outcome> {
    const insert = `insert into ${this.schema}.proof values (0, 'must be refused')`;
    const answer = await ask(this.context, node, insert);
    const outcome = refusal(node, answer);
    if (
      outcome.status !== 'passed' ||
      answer.kind === 'rows' ||
      !byTransaction.test(answer.message)
    ) {
      return outcome;
    }
    const [reason] = outcome.evidence;
    const setting = await ask(this.context, node, 'show default_transaction_read_only');
    if (setting.kind === 'rows' && setting.rows[0]?.[0] !== 'on') {
      return outcome;
    }
    // The setting alone refuses in the same words; a server that may not write refuses without it, too.
    const again = await ask(
      this.context,
      node,
      `set default_transaction_read_only = off; ${insert}`,
    );
    return again.kind === 'error'
      ? refusal(node, again)
      : {
          status: 'failed',
          evidence: reason === undefined ? [] : [reason],
          reason: t(
            '{0} could write: only default_transaction_read_only holds it back, which any session can turn off.',
            node.id,
          ),
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
    ).catch((thrown: unknown): Rows => ({ kind: 'error', message: messageOf(thrown) }));
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

  private isWhole(answer: Rows): boolean {
    const [count, checksum] = (answer.kind === 'rows' && answer.rows[0]) || [];
    return count === String(rowCount) && checksum === this.checksum;
  }

  private sum(): string {
    return `select count(*), md5(string_agg(id::text || ':' || payload, ',' order by id)) from ${this.schema}.proof`;
  }
}

/** What a node shows of the table, in words. */
function seen(answer: Rows): string {
  return answer.kind === 'error'
    ? answer.message
    : t('{0} rows, md5 {1}', answer.rows[0]?.[0] ?? '0', answer.rows[0]?.[1] ?? '–');
}

/** Passed when the server refused because it may not write, and not for any other reason. */
function refusal(node: NodeSpec, answer: Rows): Outcome & { readonly evidence: readonly string[] } {
  if (answer.kind === 'rows') {
    return {
      status: 'failed',
      evidence: [],
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
        evidence: [],
        reason: t('The write failed, but not because the node is read-only: {0}', answer.message),
      };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
