// A lab as a process: prints one line that says where it is, ends when its standard input does.
import { startLab } from '../lab/lab.ts';
import type { LabOptions } from '../lab/types.ts';

async function main(): Promise<void> {
  const lab = await startLab(JSON.parse(process.argv[2] ?? '{}') as LabOptions);
  process.stdout.write(`${JSON.stringify(lab.describe())}\n`);
  let ending = false;
  const end = (): void => {
    if (!ending) {
      ending = true;
      void lab.stop().then(() => process.exit(0));
    }
  };
  process.stdin.resume().on('end', end).on('error', end);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, end);
  }
}

void main().catch((thrown: unknown) => {
  console.error(thrown);
  process.exit(1);
});
