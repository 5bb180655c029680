// What the person at the terminal sees while something takes its time.

/** A sentence with the seconds behind it on a terminal; elsewhere a line at the start and now and then. */
export async function during<T>(text: string, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  const seconds = () => Math.round((Date.now() - began) / 1000);
  const terminal = process.stdout.isTTY;
  process.stdout.write(terminal ? `${text} …` : `${text} …\n`);
  const timer = setInterval(
    () => process.stdout.write(terminal ? `\r${text} … ${seconds()} s` : `  … ${seconds()} s\n`),
    terminal ? 1000 : 15_000,
  );
  try {
    return await work();
  } finally {
    clearInterval(timer);
    if (terminal) process.stdout.write('\r\u001b[K');
  }
}

/** A reason to stop that is told without a stack: what happened and what to do about it. */
export class Obstacle extends Error {
  readonly remedy: string;
  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Obstacle';
    this.remedy = remedy;
  }
}

/** Tells an error on standard error: an obstacle in two lines, anything else with its stack. */
export function tell(error: unknown): void {
  if (error instanceof Obstacle) {
    console.error(`${error.message}\n${error.remedy}`);
  } else {
    console.error(error);
  }
}
