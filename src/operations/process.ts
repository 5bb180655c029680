import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';

/**
 * Milliseconds by which clocks may differ, and that a process may take to note its own start. Much less than it takes
 * until a number comes again.
 */
const slack = 10_000;
/** Milliseconds of a tick in /proc, on every Linux. */
const tick = 10;

/**
 * Whether the process that noted its number at a time (`since`, milliseconds since 1970) is still there. Numbers of
 * processes come again, on a busy machine within minutes: a process that is younger than the note is another one, as
 * is every process when the machine has been started since. A zombie is not there. Where there is no /proc, a
 * process with this number is taken for that one.
 */
export function isStillThere(pid: number, since: number): boolean {
  if (!(pid > 0) || since < Date.now() - uptime() * 1000 - slack) {
    return false;
  }
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM')) {
      return false;
    }
  }
  const own = statOf(process.pid);
  if (own === undefined) {
    return true;
  }
  const fields = statOf(pid);
  if (fields === undefined) {
    // It ended in this moment.
    return false;
  }
  const began =
    Date.now() - process.uptime() * 1000 + (Number(fields[19]) - Number(own[19])) * tick;
  return fields[0] !== 'Z' && !(began > since + slack);
}

/** What /proc says of a process, from its state on (proc(5): the name before it may hold anything). */
function statOf(pid: number): readonly string[] | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
  } catch {
    return undefined;
  }
}
