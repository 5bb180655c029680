/** What the reading and writing of files needs of a shell. */
import type { FileTransfer } from './channel.ts';
import type { RunOptions } from './shell.ts';

/** A command's answer with its bytes as they came. */
export interface RawResult {
  readonly code: number;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/** What a command is told once it has asked: its output up to a NUL is the question. */
export interface Dialogue {
  /** When it rejects, the command finds its input at an end. */
  answer(question: string): Promise<Uint8Array>;
}

export type RawOptions = RunOptions & { readonly long?: boolean; readonly dialogue?: Dialogue };

/** Runs commands whose answers stay bytes. */
export interface RawShell {
  readonly host: string;
  /** A way for large files past the `sh`, if the machine has one. */
  readonly transfer: FileTransfer | undefined;
  runRaw(command: string, options?: RawOptions): Promise<RawResult>;
}
