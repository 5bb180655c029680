// node:test inside the extension host. The runner of node:test wants a process of its own; here the tests
// run in the process of the extension host, beside the extension. The bundle of the tests puts this
// module in the place of `node:test`, so that test files look the same everywhere.
import { setTimeout as pause } from 'node:timers/promises';

/** How one test ended. */
export interface Outcome {
  readonly name: string;
  readonly file: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason?: string;
}

interface Options {
  readonly timeout?: number;
  readonly skip?: boolean | string;
}

/** What a test function is given: the part of node:test's context that tests use. */
export interface Context {
  readonly name: string;
  readonly signal: AbortSignal;
  skip(reason?: string): void;
  after(work: Work): void;
  diagnostic(text: string): void;
}

type Work = () => unknown;
type TestFunction = (context: Context) => unknown;

interface Suite {
  readonly name: string;
  readonly parent: Suite | undefined;
  readonly file: string;
  readonly skip: boolean | string;
  readonly items: (() => Promise<void>)[];
  readonly before: Work[];
  readonly after: Work[];
  readonly beforeEach: Work[];
  readonly afterEach: Work[];
}

const testTimeout = 60_000;
const hookTimeout = 60_000;

const files: Suite[] = [];
let current: Suite | undefined;
let report: (outcome: Outcome) => void = () => undefined;
let begin: (name: string) => void = () => undefined;

function suiteOf(
  name: string,
  file: string,
  parent?: Suite,
  skip: boolean | string = false,
): Suite {
  const lists = { items: [], before: [], after: [], beforeEach: [], afterEach: [] };
  return { name, file, parent, skip: skip !== false ? skip : (parent?.skip ?? false), ...lists };
}

function inside(): Suite {
  if (current === undefined) throw new Error('Tests are made while their file is loaded.');
  return current;
}

/** Loads a file of tests; what it declares belongs to it. */
export function load(file: string, require: Work): void {
  const suite = suiteOf('', file);
  files.push(suite);
  current = suite;
  try {
    require();
  } catch (error) {
    suite.items.push(() => {
      report({ name: 'loads', file, outcome: 'failed', reason: text(error) });
      return Promise.resolve();
    });
  } finally {
    current = undefined;
  }
}

/** Runs everything that was loaded, one after another. */
export async function runLoaded(
  onBegin: (name: string) => void,
  onOutcome: (outcome: Outcome) => void,
): Promise<void> {
  begin = onBegin;
  report = onOutcome;
  for (const suite of files) await runSuite(suite);
}

async function runSuite(suite: Suite): Promise<void> {
  const hooks = async (list: readonly Work[], name: string) => {
    if (suite.skip !== false) return true;
    try {
      for (const hook of list) await within(hookTimeout, Promise.resolve(hook()));
      return true;
    } catch (error) {
      const title = [suite.name, name].filter(Boolean).join(' › ');
      report({ name: title, file: suite.file, outcome: 'failed', reason: text(error) });
      return false;
    }
  };
  if (await hooks(suite.before, 'before')) {
    for (const item of suite.items) await item();
  }
  await hooks(suite.after, 'after');
}

/** Declares a suite. */
export function describe(name: string, ...rest: [Options, Work] | [Work]): void {
  const [options, work] = rest.length === 2 ? rest : [{}, rest[0]];
  const parent = inside();
  const suite = suiteOf(title(parent, name), parent.file, parent, options.skip);
  current = suite;
  try {
    work();
  } finally {
    current = parent;
  }
  parent.items.push(() => runSuite(suite));
}
export { describe as suite };

/** Declares a test. */
export function test(name: string, ...rest: [Options, TestFunction] | [TestFunction]): void {
  const [options, work] = rest.length === 2 ? rest : [{}, rest[0]];
  const suite = inside();
  suite.items.push(() => runTest(suite, title(suite, name), options, work));
}
export { test as it };

export const before = (work: Work) => void inside().before.push(work);
export const after = (work: Work) => void inside().after.push(work);
export const beforeEach = (work: Work) => void inside().beforeEach.push(work);
export const afterEach = (work: Work) => void inside().afterEach.push(work);

async function runTest(
  suite: Suite,
  name: string,
  options: Options,
  work: TestFunction,
): Promise<void> {
  const { file } = suite;
  let skipped: boolean | string = suite.skip !== false ? suite.skip : (options.skip ?? false);
  const cleanUps: Work[] = [];
  const abort = new AbortController();
  begin(`${file}: ${name}`);
  let failure: unknown;
  if (skipped === false) {
    try {
      await eachHook(suite, 'beforeEach');
      const context: Context = {
        name,
        signal: abort.signal,
        skip: (reason) => (skipped = reason ?? true),
        after: (clean) => void cleanUps.unshift(clean),
        diagnostic: (line) => {
          console.log(line);
        },
      };
      await within(options.timeout ?? testTimeout, Promise.resolve(work(context)));
    } catch (error) {
      failure = error;
    }
    abort.abort();
    try {
      for (const clean of cleanUps) await within(hookTimeout, Promise.resolve(clean()));
      await eachHook(suite, 'afterEach');
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) report({ name, file, outcome: 'failed', reason: text(failure) });
  else if (skipped !== false) report({ name, file, outcome: 'skipped', reason: String(skipped) });
  else report({ name, file, outcome: 'passed' });
}

async function eachHook(suite: Suite, kind: 'beforeEach' | 'afterEach'): Promise<void> {
  if (kind === 'beforeEach' && suite.parent) await eachHook(suite.parent, kind);
  for (const hook of suite[kind]) await within(hookTimeout, Promise.resolve(hook()));
  if (kind === 'afterEach' && suite.parent) await eachHook(suite.parent, kind);
}

async function within(limit: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  const late = pause(limit, undefined, { signal: over.signal }).then(() => {
    throw new Error(`not done after ${limit / 1000} s`);
  });
  // The loser of the race must not be an unhandled rejection.
  late.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}

function title(suite: Suite, name: string): string {
  return suite.name === '' ? name : `${suite.name} › ${name}`;
}

function text(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
