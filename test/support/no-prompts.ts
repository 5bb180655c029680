import type { HostPrompts } from '../../src/hosts/prompts.ts';

/** Nobody is asked: the lab's keys let in and its host keys are known. */
export const noPrompts: HostPrompts = {
  password: () => Promise.resolve(undefined),
  passphrase: () => Promise.resolve(undefined),
  keyboardInteractive: () => Promise.resolve(undefined),
  confirmHostKey: () => Promise.resolve(false),
  secrets: {
    get: () => Promise.resolve(undefined),
    save: () => Promise.resolve(),
    delete: () => Promise.resolve(),
  },
};
