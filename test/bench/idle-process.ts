import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

/**
 * A process that does nothing but measure how late its own timers are. What it sees is the machine's doing: on a machine whose
 * processors are taken by the very servers that a bench talks to, no process is free of stalls.
 */
export interface IdleProcess {
  begin(): Promise<void>;
  /** The longest stall since `begin`, in milliseconds. */
  end(): Promise<number>;
  stop(): void;
}

/** Starts one beside this process. */
export function startIdleProcess(): IdleProcess {
  const child = fork(fileURLToPath(import.meta.url), ['measure']);
  const tell = async (word: string): Promise<number> => {
    child.send(word);
    const [answer] = (await once(child, 'message')) as unknown[];
    return Number(answer);
  };
  return {
    begin: async () => {
      await tell('begin');
    },
    end: () => tell('end'),
    stop: () => child.kill(),
  };
}

if (process.argv[2] === 'measure' && process.send !== undefined) {
  const stall = monitorEventLoopDelay({ resolution: 5 });
  process.on('message', (word) => {
    if (word === 'begin') {
      stall.reset();
      stall.enable();
    } else {
      stall.disable();
    }
    process.send?.(stall.max / 1e6);
  });
}
