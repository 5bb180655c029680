// When `npm start` ends: at Ctrl-C, at a request to end, or when the npm that started it is gone.
import { readFileSync } from 'node:fs';

/** Resolves when everything is to be stopped. A second Ctrl-C ends the process at once. */
export async function untilStopped(): Promise<void> {
  return new Promise((resolve) => {
    let asked = false;
    const stop = () => {
      // Children end by themselves when we are gone.
      if (asked) process.exit(130);
      asked = true;
      resolve();
    };
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
    if (process.env['npm_lifecycle_event'] === undefined) return;
    const before = npm();
    const watch = setInterval(() => {
      if (npm() === before) return;
      clearInterval(watch);
      if (!asked) stop();
    }, 500);
    watch.unref();
  });
}

/** Who is above us: npm starts a shell that starts us, so npm's end shows in the parent of our parent. */
function npm(): string {
  const parent = process.ppid;
  try {
    // The field after the name (which may hold blanks) and the state is the parent's id.
    const stat = readFileSync(`/proc/${parent}/stat`, 'utf8');
    return `${parent} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1] ?? ''}`;
  } catch {
    return String(parent);
  }
}
