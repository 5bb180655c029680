import { sleep } from '../../base/async.ts';
import { quote } from '../../hosts/quote.ts';
import type { Shell } from '../../hosts/shell.ts';
import { commandFailed, jobInterrupted } from '../errors.ts';
import type { StepContext } from '../types.ts';
import { stateFolder, statePath } from './state-folder.ts';

/**
 * A long command that lives on its host apart from the connection. When the editor or the connection dies it goes on
 * to its end and leaves its exit code, so that a resume waits for it instead of starting it a second time beside itself.
 */
export interface JobRequest {
  /** Names the job on its host; the same for each try of the same step. Letters, digits, `.`, `_` and `-`. */
  readonly id: string;
  /** For messages. */
  readonly tool: string;
  /** Lines of `sh`. No secret may stand in them; with `secret` the file `$SECRET_FILE` (0600) holds it until the end. */
  readonly script: string;
  readonly secret?: string;
  /** The same command is asked for again and again: one that ended well belongs to an earlier time. */
  readonly repeated?: boolean;
  /** Puts away what an earlier try that failed or was interrupted has left, before the script is started again. */
  readonly recover?: () => Promise<void>;
}

export interface JobResult {
  readonly code: number;
  /** The last 64 Ki characters of what it printed, both streams. */
  readonly output: string;
}

type JobState =
  | { readonly kind: 'none' | 'running' | 'gone' }
  | { readonly kind: 'ended'; readonly code: number };

const kept = 64 * 1024;
const slice = 2 * 1024 * 1024;

/** Runs a job to its end, joining one of the same id that is still running. Rejects when it was interrupted. */
export async function runJob(
  context: StepContext,
  host: string,
  request: JobRequest,
): Promise<JobResult> {
  const shell = await context.shell(host);
  const job = new Job(shell, context, request, await stateFolder(shell));
  const earlier = await job.state();
  if (earlier.kind === 'running' || earlier.kind === 'gone') {
    // One that looks gone may be starting: whoever started it was killed a moment ago, and it has not told its number yet.
    const joined = await job.follow();
    if (joined?.code === 0) {
      return joined;
    }
  }
  if (earlier.kind === 'ended' && earlier.code === 0 && request.repeated !== true) {
    // It may have ended after the step was checked: let the check decide whether it still has to be done.
    await job.forget();
    throw jobInterrupted(request.tool, host);
  }
  if (earlier.kind !== 'none') {
    await request.recover?.();
  }
  await job.start();
  const result = await job.follow();
  if (result === undefined) {
    throw jobInterrupted(request.tool, host);
  }
  return result;
}

/** Whether a job of that id is running on the host now. */
export async function jobRunning(shell: Shell, id: string): Promise<boolean> {
  return (await jobState(shell, id)) === 'running';
}

/** What is known of a job: never started (or forgotten), running, ended with an exit code, or gone without one. */
export async function jobState(
  shell: Shell,
  id: string,
): Promise<'none' | 'running' | 'ended' | 'gone'> {
  const folder = `${await statePath(shell)}/jobs/${id}`;
  const answer = await shell.run(stateCommand(folder, 0));
  const [word] = answer.stdout.split(' ');
  return word === 'running' || word === 'ended' || word === 'gone' ? word : 'none';
}

/** `sh` that is true when the job in the folder `$J` runs; the number of its process, which leads its group, is in `$P` then. */
const aliveFunction =
  'alive() { P=$(cat "$J/pid" 2>/dev/null) || return 1; if test -d /proc/self; then tr "\\0" " " < "/proc/$P/cmdline" 2>/dev/null | grep -qF -- "$J"; else ps -o args= -p "$P" 2>/dev/null | grep -qF -- "$J"; fi; }';

/** Prints the job's state and the size of its log on the first line, then the part of the log from the offset. */
function stateCommand(folder: string, offset: number): string {
  const job = quote(folder);
  return [
    `J=${job}`,
    aliveFunction,
    'if ! test -d "$J"; then echo none 0; exit 0; fi',
    'if test -e "$J/code"; then S="ended $(cat "$J/code")"; elif alive; then S="running -"; else S="gone -"; fi',
    'N=$(wc -c < "$J/log" 2>/dev/null || echo 0)',
    'echo $S $N',
    `if test "$N" -gt ${offset}; then tail -c +${offset + 1} -- "$J/log" | head -c ${slice}; fi`,
    'true',
  ].join('\n');
}

class Job {
  private readonly shell: Shell;
  private readonly context: StepContext;
  private readonly request: JobRequest;
  private readonly folder: string;
  private offset = 0;
  private output = '';

  constructor(shell: Shell, context: StepContext, request: JobRequest, state: string) {
    this.shell = shell;
    this.context = context;
    this.request = request;
    this.folder = `${state}/jobs/${request.id}`;
  }

  async state(): Promise<JobState> {
    const answer = await this.shell.run(stateCommand(this.folder, this.offset), {
      signal: this.context.signal,
      outputLimit: 2 * slice,
    });
    const end = answer.stdout.indexOf('\n');
    const [kind, code, size] = answer.stdout.slice(0, end).split(' ');
    if (kind === 'none') {
      return { kind };
    }
    this.take(answer.stdout.slice(end + 1), Number(size));
    return kind === 'ended'
      ? { kind, code: Number(code) }
      : { kind: kind === 'running' ? 'running' : 'gone' };
  }

  private take(text: string, size: number): void {
    if (!(size > this.offset)) {
      return;
    }
    this.offset = Math.min(size, this.offset + slice);
    this.output = (this.output + text).slice(-kept);
    this.context.output(text);
  }

  async forget(): Promise<void> {
    await this.shell.run(`rm -rf -- ${quote(this.folder)}`, { signal: this.context.signal });
  }

  /** Starts it anew: what an earlier try left of the job itself is removed. */
  async start(): Promise<void> {
    const job = quote(this.folder);
    const secret = this.request.secret;
    const wrapper =
      'J=$1; SECRET_FILE=$J/secret; export SECRET_FILE; echo $$ > "$J/pid.new" && mv -- "$J/pid.new" "$J/pid"; ' +
      'sh "$J/command" > "$J/log" 2>&1 < /dev/null; C=$?; rm -f -- "$J/secret"; ' +
      'echo $C > "$J/code.new" && mv -- "$J/code.new" "$J/code"';
    const command = [
      'umask 077',
      `J=${job}`,
      'rm -rf -- "$J" && mkdir -- "$J" || exit 1',
      `printf '%s\\n' ${quote(this.request.script)} > "$J/command" || exit 1`,
      // With the connection cut meanwhile, half a secret would be another one: it has come whole when its line ends.
      ...(secret === undefined
        ? []
        : [
            'cat > "$J/secret" && test "$(tail -c 1 -- "$J/secret" | wc -l)" -eq 1 || { rm -f -- "$J/secret"; exit 1; }',
          ]),
      'if command -v setsid > /dev/null; then D=setsid; else D=nohup; fi',
      `$D sh -c ${quote(wrapper)} job "$J" > /dev/null 2>&1 < /dev/null &`,
      'true',
    ].join('\n');
    this.offset = 0;
    this.output = '';
    const answer = await this.orKill(
      this.shell.run(command, {
        signal: this.context.signal,
        ...(secret === undefined ? {} : { input: `${secret}\n` }),
      }),
    );
    if (answer.code !== 0) {
      throw commandFailed(this.request.tool, this.shell.host, answer.code, answer.stderr);
    }
  }

  /** Waits for the end. undefined: it is gone without one. At the step's time limit its process group is ended. */
  async follow(): Promise<JobResult | undefined> {
    let gone = 0;
    for (let wait = 100; ; wait = Math.min(wait * 1.5, 1000)) {
      const state = await this.orKill(this.state());
      if (state.kind === 'ended') {
        await this.drain();
        return { code: state.code, output: this.output };
      }
      // Its process id is written a moment after the start, its exit code a moment after the end.
      gone = state.kind === 'running' ? 0 : gone + 1;
      if (gone > 5) {
        return undefined;
      }
      try {
        await sleep(wait, this.context.signal);
      } catch (thrown) {
        await this.kill();
        throw thrown;
      }
    }
  }

  private async orKill<T>(asked: Promise<T>): Promise<T> {
    try {
      return await asked;
    } catch (thrown) {
      if (this.context.signal.aborted) {
        await this.kill();
      }
      throw thrown;
    }
  }

  private async drain(): Promise<void> {
    for (let before = -1; before !== this.offset;) {
      before = this.offset;
      await this.state();
    }
  }

  /** Ends the process group of our own job at its time limit; when the caller merely let go, it goes on. */
  private async kill(): Promise<void> {
    if (!isTimeLimit(this.context.signal)) {
      return;
    }
    // It may have been started a moment ago and not have said its number yet.
    await this.shell
      .run(
        `J=${quote(this.folder)}; ${aliveFunction}; N=0; until alive || test "$N" -ge 20 || test -e "$J/code"; do N=$((N + 1)); sleep 0.1 2>/dev/null || { sleep 1; N=$((N + 9)); }; done; ` +
          'alive && kill -TERM -- "-$P" && sleep 2 && kill -KILL -- "-$P" 2>/dev/null; rm -f -- "$J/secret"; true',
        { timeout: 10_000 },
      )
      .catch(() => undefined);
  }
}

/** Whether the signal was aborted by the time limit of a step, not by somebody who closed the editor. */
function isTimeLimit(signal: AbortSignal): boolean {
  return (
    signal.aborted && signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError'
  );
}
