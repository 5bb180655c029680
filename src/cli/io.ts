/** 0: all is well; 1: findings of severity error, or a check that failed; 2: wrong usage, or something could not be read. */
export type ExitCode = 0 | 1 | 2;

/** What a command has of the world around it. */
export interface CliIo {
  out(text: string): void;
  err(text: string): void;
  /** All of the standard input. */
  readInput(): Promise<Uint8Array>;
  readonly cwd: string;
  /** Standard input and standard error are a terminal: the person can be asked. */
  readonly interactive: boolean;
  /** Standard output is a terminal. */
  readonly terminal: boolean;
  /** Aborted when the person presses Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One command of the command line. Texts are functions, because the language is known only at run time. */
export interface CliCommand {
  readonly name: string;
  /** One line for the list of commands. */
  summary(): string;
  /** The arguments, such as `status [--watch]`, and what they mean. */
  usage(): string;
  /** `args` without the command's name. Wrong usage is thrown as `usageError`; other failures as they are. */
  run(args: readonly string[], io: CliIo): Promise<ExitCode>;
}
