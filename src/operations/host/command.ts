import { nodePrelude } from '../../hosts/node-command.ts';
import type { RunResult } from '../../hosts/shell.ts';
import type { NodeSpec } from '../../topology/types.ts';
import { commandFailed } from '../errors.ts';
import type { StepContext } from '../types.ts';

export interface CommandOptions {
  /** Milliseconds; the host's default is 30 s. */
  readonly timeout?: number;
  /** Do not show it in the step's output: questions that are asked again and again. */
  readonly quiet?: boolean;
}

/** Runs a command on a host; what it prints goes to the step's live output. Any exit code is an answer. */
export async function runOn(
  context: StepContext,
  host: string,
  command: string,
  options: CommandOptions = {},
): Promise<RunResult> {
  const shell = await context.shell(host);
  if (options.quiet !== true) {
    context.output(`$ ${command}\n`);
  }
  const answer = await shell.run(command, {
    signal: context.signal,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  });
  if (options.quiet !== true) {
    context.output(answer.stdout + answer.stderr);
  }
  return answer;
}

/** As `runOn`, with the environment of a node. */
export async function runForNode(
  context: StepContext,
  node: NodeSpec,
  command: string,
  options: CommandOptions = {},
): Promise<RunResult> {
  const shell = await context.shell(node.host);
  if (options.quiet !== true) {
    context.output(`$ ${command}\n`);
  }
  const answer = await shell.run(`${nodePrelude(node)}${command} </dev/null`, {
    signal: context.signal,
    ...(options.timeout === undefined ? {} : { timeout: options.timeout }),
  });
  if (options.quiet !== true) {
    context.output(answer.stdout + answer.stderr);
  }
  return answer;
}

/** Runs a command that must end with exit code 0; rejects with what it said otherwise. */
export async function mustRun(
  context: StepContext,
  host: string,
  tool: string,
  command: string,
  options: CommandOptions = {},
): Promise<RunResult> {
  const answer = await runOn(context, host, command, options);
  if (answer.code !== 0) {
    throw commandFailed(tool, host, answer.code, `${answer.stdout}${answer.stderr}`);
  }
  return answer;
}
