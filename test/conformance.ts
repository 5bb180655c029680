/**
 * How often our findings of stage `read` agree with the verdicts of real servers, and every disagreement.
 *   npm run conformance [-- VERDICTS.jsonl…]
 * Beside them the cases of test/fixtures/config, whose verdicts were derived by hand from the documented rules.
 * Each line of such a file is `{"cat", "conf", "ok", "message", "messages", "line"}`; the file's name is the server's version.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { loadCatalogue } from '../src/config/catalogue.ts';
import { parseConf } from '../src/config/document.ts';
import { lintConf } from '../src/config/lint.ts';
import type { LintContext } from '../src/config/lint.ts';
import { serverLog } from '../src/config/readers/server-log.ts';
import { readAsServer } from '../src/config/readers/server.ts';
import { serverVersions } from '../src/topology/types.ts';
import type { ServerVersion } from '../src/topology/types.ts';
import { verdictCases } from './fixtures/config/verdict-cases.ts';

interface Verdict {
  readonly cat: string;
  readonly conf: string;
  readonly ok: boolean;
  readonly messages: readonly string[];
}

/** What was there on the machines on which the verdicts were made. */
const present: ReadonlySet<string> = new Set(['/', '/tmp', 'a.inc', '/home/omm/run/cf/a.inc']);
const pathExists = (path: string): boolean => present.has(path);

interface Count {
  agreed: number;
  total: number;
}

const percent = ({ agreed, total }: Count): string =>
  `${agreed} of ${total} (${total === 0 ? '-' : ((agreed / total) * 100).toFixed(2)} %)`;

function readVerdicts(file: string | URL): readonly Verdict[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Verdict);
}

/** Prints the agreement of one file of verdicts; false when it is below 99.5 % in a direction. */
async function compare(
  file: string | URL,
  version: ServerVersion,
  context: LintContext,
  what: string,
): Promise<boolean> {
  const catalogue = await loadCatalogue(version, 'release');
  const refused: Count = { agreed: 0, total: 0 };
  const taken: Count = { agreed: 0, total: 0 };
  const words: Count = { agreed: 0, total: 0 };
  for (const verdict of readVerdicts(file)) {
    const document = parseConf(verdict.conf);
    const errors = lintConf(document, catalogue, context).filter(
      ({ stage, severity }) => stage === 'read' && severity === 'error',
    );
    const count = verdict.ok ? taken : refused;
    count.total += 1;
    if ((errors.length === 0) === verdict.ok) {
      count.agreed += 1;
    } else {
      console.log(
        `${version}: the server ${verdict.ok ? 'takes' : 'refuses'} ${JSON.stringify(verdict.conf).slice(0, 200)}\n    server: ${verdict.messages.join(' | ').slice(0, 300)}\n    we: ${errors.map(({ message }) => message).join(' | ')}`,
      );
    }
    if (!verdict.ok && errors.length > 0) {
      const log = serverLog(readAsServer(document, catalogue, context), 'postgresql.conf');
      const same = verdict.messages.every((line, index) => line === log[index]);
      words.total += 1;
      words.agreed += same ? 1 : 0;
      if (!same) {
        console.log(
          `${version}: other words for ${JSON.stringify(verdict.conf).slice(0, 200)}\n    server: ${JSON.stringify(verdict.messages)}\n    we: ${JSON.stringify(log)}`,
        );
      }
    }
  }
  console.log(
    `${version}, ${what}: takes ${percent(taken)}, refuses ${percent(refused)}, the same words ${percent(words)}`,
  );
  return [taken, refused].every(({ agreed, total }) => agreed >= total * 0.995);
}

/** Prints the agreement with the cases that were derived by hand; false when it is below 99.5 % in a direction. */
async function compareDerived(version: ServerVersion): Promise<boolean> {
  const catalogue = await loadCatalogue(version, 'release');
  const counts = { taken: { agreed: 0, total: 0 }, refused: { agreed: 0, total: 0 } };
  for (const { family, conf, ok } of verdictCases(version)) {
    const agrees = readAsServer(parseConf(conf), catalogue).ok === ok;
    const count = ok ? counts.taken : counts.refused;
    count.total += 1;
    count.agreed += agrees ? 1 : 0;
    if (!agrees) {
      console.log(
        `${version}: ${family} case, by the rules ${ok ? 'taken' : 'refused'}: ${JSON.stringify(conf)}`,
      );
    }
  }
  const { taken, refused } = counts;
  console.log(`${version}: derived cases: takes ${percent(taken)}, refuses ${percent(refused)}`);
  return [taken, refused].every(({ agreed, total }) => agreed >= total * 0.995);
}

async function main(given: readonly string[]): Promise<void> {
  const files =
    given.length > 0
      ? given
      : serverVersions
          .map(
            (version) => new URL(`../../shared/corpus/verdicts/${version}.jsonl`, import.meta.url),
          )
          .filter((url) => existsSync(url));
  if (files.length === 0) {
    console.log('There are no verdicts here. Name files of verdicts to compare with.');
  }
  for (const file of files) {
    const name = basename(typeof file === 'string' ? file : file.pathname, '.jsonl');
    const version = serverVersions.find((known) => known === name) ?? 'master';
    const alone = await compare(file, version, {}, 'the file alone');
    const there = await compare(file, version, { pathExists }, "with the machine's files");
    if (!alone || !there) {
      process.exitCode = 1;
    }
  }
  for (const version of serverVersions) {
    if (!(await compareDerived(version))) {
      process.exitCode = 1;
    }
  }
}

void main(process.argv.slice(2));
