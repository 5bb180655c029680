import { existsSync, readFileSync, readdirSync } from 'node:fs';

/** The folder of real texts beside the repository; a clone elsewhere has none. */
const corpus = new URL('../../../shared/corpus/', import.meta.url);

/** The options of a test that needs the corpus: it is skipped, and counted as skipped, where the corpus is absent. */
export const withCorpus: { readonly skip: string | false } = {
  skip: existsSync(corpus) ? false : 'the corpus of real texts is not beside this clone',
};

/** A text of the corpus, by its path in it. */
export function corpusText(path: string): string {
  return readFileSync(new URL(path, corpus), 'utf8');
}

/** The paths of a folder's files whose names match, sorted; none where the corpus is absent. */
export function corpusFiles(folder: string, pattern = /./): readonly string[] {
  return withCorpus.skip === false
    ? readdirSync(new URL(`${folder}/`, corpus))
        .filter((name) => pattern.test(name))
        .sort()
        .map((name) => `${folder}/${name}`)
    : [];
}

/** What `confs/index.json` says of each configuration file. */
export interface CorpusConf {
  readonly file: string;
  readonly version: string;
  readonly stated_to_work: string;
  readonly obvious_errors: string;
}

export function corpusConfs(): readonly CorpusConf[] {
  return JSON.parse(corpusText('confs/index.json')) as CorpusConf[];
}

/** One command that was run on a real server, and its exit code. */
export interface CorpusRun {
  readonly file: string;
  readonly name: string;
  readonly cmd: string;
  readonly rc: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** All commands of the captures of real servers; none where the corpus is absent. */
export function corpusRuns(): readonly CorpusRun[] {
  return ['runs/master', 'runs/5.0.0'].flatMap((folder) =>
    corpusFiles(folder, /\.jsonl$/).flatMap((file) =>
      corpusText(file)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Partial<CorpusRun>)
        .filter((run): run is CorpusRun => typeof run.cmd === 'string')
        .map((run) => ({ ...run, file })),
    ),
  );
}
