import { chooseLanguage, runCli } from './run.ts';

const controller = new AbortController();
process.once('SIGINT', () => controller.abort());
process.once('SIGTERM', () => controller.abort());
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', () => controller.abort());

async function readInput(): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Node's types say that the property is always there; it is not. */
function isTerminal(stream: { readonly isTTY?: boolean }): boolean {
  return stream.isTTY === true;
}

async function main(): Promise<void> {
  chooseLanguage(process.env);
  process.exitCode = await runCli(process.argv.slice(2), {
    out: (text) => {
      process.stdout.write(text);
    },
    err: (text) => {
      process.stderr.write(text);
    },
    readInput,
    cwd: process.cwd(),
    interactive: isTerminal(process.stdin) && isTerminal(process.stderr),
    terminal: isTerminal(process.stdout),
    signal: controller.signal,
  });
}

void main();
