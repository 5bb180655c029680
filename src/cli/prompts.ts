import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { t } from '../base/l10n.ts';
import type { HostPrompts } from '../hosts/prompts.ts';
import type { CliIo } from './io.ts';

/**
 * Questions on the terminal: secrets are not echoed and never kept, host keys need a typed `yes`. Without a terminal nothing is
 * asked, and what needs an answer fails.
 */
export function terminalPrompts(io: CliIo): HostPrompts {
  const ask = async (
    question: string,
    echo: boolean,
    signal: AbortSignal,
  ): Promise<string | undefined> => (io.interactive ? askLine(question, echo, signal) : undefined);
  const secret = async (question: string, signal: AbortSignal) => {
    const answer = await ask(question, false, signal);
    return answer === undefined ? undefined : { secret: answer, keep: false };
  };
  return {
    password: ({ user, host }, signal) => secret(t('Password of {0}: ', `${user}@${host}`), signal),
    passphrase: (file, signal) => secret(t('Passphrase of {0}: ', file), signal),
    async keyboardInteractive(account, name, instructions, questions, signal) {
      io.err(
        [name, instructions]
          .filter((text) => text !== '')
          .map((text) => `${text}\n`)
          .join(''),
      );
      const answers: string[] = [];
      for (const { prompt, echo } of questions) {
        const answer = await ask(`${account.user}@${account.host}: ${prompt}`, echo, signal);
        if (answer === undefined) {
          return undefined;
        }
        answers.push(answer);
      }
      return answers;
    },
    async confirmHostKey({ name, type, fingerprint }, signal) {
      const answer = await ask(
        `${t('The key of "{0}" is not known yet: {1} {2}', name, type, fingerprint)}\n${t('Is it the right one (yes/no)? ')}`,
        true,
        signal,
      );
      return answer?.trim().toLowerCase() === 'yes';
    },
    secrets: {
      get: () => Promise.resolve(undefined),
      save: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    },
  };
}

/** Asks one line on the terminal; undefined when it was not given. */
export async function askLine(
  question: string,
  echo: boolean,
  signal: AbortSignal,
): Promise<string | undefined> {
  process.stderr.write(question);
  const output = echo
    ? process.stderr
    : new Writable({ write: (_chunk, _encoding, done: () => void) => done() });
  const reader = createInterface({ input: process.stdin, output, terminal: true });
  try {
    return await new Promise<string | undefined>((resolve) => {
      const giveUp = (): void => resolve(undefined);
      reader.once('line', resolve);
      reader.once('close', giveUp);
      reader.once('SIGINT', () => {
        giveUp();
        process.kill(process.pid, 'SIGINT');
      });
      signal.addEventListener('abort', giveUp, { once: true });
    });
  } finally {
    reader.close();
    if (!echo) {
      process.stderr.write('\n');
    }
  }
}
