import { existsSync, readFileSync } from 'node:fs';

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
