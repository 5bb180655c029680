import { randomUUID } from 'node:crypto';
import { hostname, userInfo } from 'node:os';

import { diskFull } from '../hosts/file-errors.ts';
import { quote } from '../hosts/quote.ts';
import type { HostPool, Shell } from '../hosts/shell.ts';
import { commandFailed, isDiskFull, lockUnreadable, locked, ownRunAlive } from './errors.ts';
import { stateFolder, statePath } from './host/state-folder.ts';
import { isStillThere } from './process.ts';
import type { LockHolder, Plan } from './types.ts';

/** A new holder for a run of the plan by this process. */
export function newHolder(plan: Plan): LockHolder {
  return {
    run: randomUUID(),
    plan: plan.id,
    title: plan.title,
    user: userInfo().username,
    machine: hostname(),
    pid: process.pid,
    time: new Date().toISOString(),
  };
}

/** Reads a lock file; undefined when it is none of ours. */
export function parseHolder(text: string): LockHolder | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) {
      return undefined;
    }
    const fields = value as Partial<Record<keyof LockHolder, unknown>>;
    const { run, plan, title, user, machine, pid, time } = fields;
    return typeof run === 'string' &&
      typeof plan === 'string' &&
      typeof title === 'string' &&
      typeof user === 'string' &&
      typeof machine === 'string' &&
      typeof pid === 'number' &&
      typeof time === 'string'
      ? { run, plan, title, user, machine, pid, time }
      : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The runs of this very process that have not ended. A lock of ours that is none of theirs was left on a host that could not be
 * reached when its run ended.
 */
export const runsHere = new Set<string>();

function isRunning({ pid, run, time }: LockHolder): boolean {
  return pid === process.pid ? runsHere.has(run) : isStillThere(pid, Date.parse(time));
}

/** The lock of one host: the file `lock` in the state folder of the account, made by a hard link, which is atomic. */
class HostLock {
  private readonly shell: Shell;

  constructor(shell: Shell) {
    this.shell = shell;
  }

  /** undefined: it is ours now. Otherwise the text of the lock that stands there. */
  async acquire(holder: LockHolder): Promise<string | undefined> {
    const folder = await stateFolder(this.shell);
    const lock = quote(`${folder}/lock`);
    const mine = quote(`${folder}/lock.${holder.run}`);
    const text = quote(JSON.stringify(holder));
    for (let attempt = 1; ; attempt += 1) {
      // The content is part of the command, which arrives whole or not at all; of an input half might come.
      const answer = await this.shell.run(
        `umask 077; m=${mine}; trap 'trap "" 1 2 13 15; rm -f -- "$m"' 0; trap 'exit 129' 1 2 13 15; ` +
          `printf '%s\\n' ${text} | cat > "$m" && { ln -- "$m" ${lock}; taken=$?; cat -- ${lock} 2>/dev/null; exit $((taken == 0 ? 0 : 10)); }`,
      );
      if (answer.code === 0) {
        return undefined;
      }
      // Exit code 10 without a lock to show: it was given back in between, or links cannot be made here.
      if (answer.code === 10 && answer.stdout !== '') {
        return answer.stdout;
      }
      if (isDiskFull(answer.stderr)) {
        throw diskFull(this.shell.host, `${folder}/lock`, answer.stderr.trim());
      }
      if (answer.code === 10 && attempt < 3) {
        continue;
      }
      if (answer.code === 10 && (await this.shell.run(`test -e ${lock}`)).code === 0) {
        // It stands there and says nothing, or may not be read.
        return '';
      }
      throw commandFailed('ln', this.shell.host, answer.code, answer.stderr);
    }
  }

  /** Removes the lock when it still is that run's. */
  async release(run: string): Promise<void> {
    const folder = await stateFolder(this.shell);
    const lock = quote(`${folder}/lock`);
    const words = quote(`"run":${JSON.stringify(run)}`);
    await this.shell.run(
      `rm -f -- ${quote(`${folder}/lock.${run}`)}; if grep -qF -- ${words} ${lock} 2>/dev/null; then rm -f -- ${lock}; fi`,
    );
  }

  async path(): Promise<string> {
    return `${await stateFolder(this.shell)}/lock`;
  }
}

export interface LockOptions {
  /** Runs that the journal beside the topology knows to have been started from here: their lock is our own. */
  readonly ownRuns: ReadonlySet<string>;
  /** Told when a lock of our own crashed run is taken over. */
  readonly onTakeOver?: (host: string, holder: LockHolder) => void;
}

/**
 * Locks all hosts for one run, in the order of their names, or none. Another's lock is reported (`locked`) and left;
 * only the lock of an own run whose process is gone is taken over. Hosts that share an account share its lock.
 */
export async function lockHosts(
  pool: HostPool,
  hosts: readonly string[],
  holder: LockHolder,
  options: LockOptions,
): Promise<readonly string[]> {
  const taken: string[] = [];
  try {
    for (const host of [...hosts].sort()) {
      const shell = await pool.shell(host);
      await lockHost(new HostLock(shell), host, holder, options);
      taken.push(host);
    }
    return taken;
  } catch (thrown) {
    await unlockHosts(pool, taken, holder.run);
    throw thrown;
  }
}

async function lockHost(
  lock: HostLock,
  host: string,
  holder: LockHolder,
  options: LockOptions,
): Promise<void> {
  const standing = await lock.acquire(holder);
  if (standing === undefined) {
    return;
  }
  const other = parseHolder(standing);
  if (other === undefined) {
    throw lockUnreadable(host, await lock.path());
  }
  if (other.run === holder.run) {
    return;
  }
  if (!options.ownRuns.has(other.run) || other.machine !== holder.machine) {
    throw locked(host, other);
  }
  if (isRunning(other)) {
    throw ownRunAlive(host, other);
  }
  options.onTakeOver?.(host, other);
  await lock.release(other.run);
  const again = await lock.acquire(holder);
  if (again !== undefined && parseHolder(again)?.run !== holder.run) {
    const winner = parseHolder(again);
    throw winner === undefined ? lockUnreadable(host, await lock.path()) : locked(host, winner);
  }
}

/** Gives the locks of a run back. A host that cannot be reached keeps its lock; a resume takes it over. */
export async function unlockHosts(
  pool: HostPool,
  hosts: readonly string[],
  run: string,
): Promise<void> {
  await Promise.allSettled(
    hosts.map(async (host) => new HostLock(await pool.shell(host)).release(run)),
  );
}

/** Who holds the lock of a host, if anybody. */
export async function holderOf(shell: Shell): Promise<LockHolder | undefined> {
  const path = quote(`${await statePath(shell)}/lock`);
  const answer = await shell.run(`cat -- ${path} 2>/dev/null`);
  return answer.code === 0 ? parseHolder(answer.stdout) : undefined;
}

/** Removes the lock of a run on a host: only after a person has seen who holds it and said that it is dead. */
export async function releaseLock(shell: Shell, holder: LockHolder): Promise<void> {
  await new HostLock(shell).release(holder.run);
}
