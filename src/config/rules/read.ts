/** What the server's configuration reader refuses, in its words. */
import type { Fix } from '../../base/finding.ts';
import { t } from '../../base/l10n.ts';
import type { Absence } from '../catalogue.ts';
import { foldName, rangeIn } from '../document.ts';
import { commentLine, removeLine } from '../edit.ts';
import { contentEnd, quoteString } from '../lexer.ts';
import type { Problem } from '../readers/server.ts';
import { fix } from './rule.ts';
import type { Rule, RuleInput } from './rule.ts';
import { problemRule, serverWords } from './problems.ts';

/** Everything behind the name and the `=`, in quotes; other quotes around it are dropped. */
function quoteRest(problem: Problem, { document }: RuleInput): Fix | undefined {
  const line = document.lines[problem.line];
  if (line?.name === undefined) {
    return undefined;
  }
  const from = (line.equals ?? line.name).end;
  const rest = line.text.slice(from, contentEnd(line.text));
  const content = rest.replace(/[ \t]#.*$/, '').trim();
  if (content === '' || content.startsWith('=')) {
    return undefined;
  }
  const start = from + rest.indexOf(content);
  const bare = content.replace(/^["'`‘“]|["'`’”]$/g, '');
  return fix(t('Put the value in single quotes'), {
    range: rangeIn(document, problem.line, { start, end: start + content.length }),
    newText: `${line.equals === undefined ? '= ' : ''}${quoteString(bare)}`,
  });
}

const comment = (problem: Problem, { document }: RuleInput): Fix =>
  fix(t('Comment the line out'), commentLine(document, problem.line));

const remove = (problem: Problem, { document }: RuleInput): Fix =>
  fix(t('Remove the line'), removeLine(document, problem.line));

/** A value without quotes whose unit stands apart: `16 MB`. */
function joinUnit(problem: Problem, { document }: RuleInput): Fix | undefined {
  const line = document.lines[problem.line];
  const { value, unexpected } = line ?? {};
  return value?.kind === 'integer' && unexpected?.kind === 'id'
    ? fix(t('Write the unit without a blank'), {
        range: rangeIn(document, problem.line, { start: value.start, end: unexpected.end }),
        newText: value.text + unexpected.text,
      })
    : undefined;
}

function takeSecondEquals(problem: Problem, { document }: RuleInput): Fix | undefined {
  const unexpected = document.lines[problem.line]?.unexpected;
  return unexpected?.kind === 'equals'
    ? fix(t('Remove the second ='), {
        range: rangeIn(document, problem.line, unexpected),
        newText: '',
      })
    : undefined;
}

const syntax = problemRule(
  'syntax',
  ({ kind }) => kind === 'syntax',
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => [
      joinUnit(problem, input),
      takeSecondEquals(problem, input),
      quoteRest(problem, input),
      comment(problem, input),
    ],
  }),
);

const include = problemRule(
  'include-missing',
  ({ kind }) => kind === 'include',
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => [
      problem.message.startsWith('could not')
        ? fix(t('Include it only if it exists'), {
            range: rangeIn(
              input.document,
              problem.line,
              input.document.lines[problem.line]?.name ?? { start: 0, end: 0 },
            ),
            newText: 'include_if_exists',
          })
        : undefined,
      comment(problem, input),
    ],
  }),
);

const absence = ({ name }: Problem, { catalogue }: RuleInput): Absence | undefined =>
  name === undefined ? undefined : catalogue.absent(name);

/** `cross_cluster_replconninfo0`, `replconninfo9`: there are eight. */
const numbered = /^((?:cross_cluster_)?replconninfo)(\d+)$/i;

function whereKnown({ versions, build, replacement }: Absence, name: string): string {
  const parts: string[] = [];
  if (build === 'debug') {
    parts.push(t('Only a debug build knows {0}.', name));
  } else if (build === 'tassl') {
    parts.push(t('Only a TASSL build knows {0}.', name));
  } else if (build === 'distribute') {
    parts.push(t('Only the distributed edition knows {0}.', name));
  }
  if (versions.length > 0) {
    parts.push(t('{0} is a parameter of openGauss {1}.', name, versions.join(', ')));
  }
  if (replacement !== undefined) {
    parts.push(replacement.hint);
  }
  return parts.join(' ');
}

function replaceByNew(problem: Problem, input: RuleInput): Fix | undefined {
  const replacement = absence(problem, input)?.replacement;
  const line = input.document.lines[problem.line];
  if (replacement?.name === undefined || line?.name === undefined || line.value === undefined) {
    return undefined;
  }
  const { name, value } = replacement;
  return fix(
    t('Replace it by {0}', value === undefined ? name : `${name} = ${value}`),
    { range: rangeIn(input.document, problem.line, line.name), newText: name },
    ...(value === undefined
      ? []
      : [{ range: rangeIn(input.document, problem.line, line.value), newText: value }]),
  );
}

const removed = problemRule(
  'removed-parameter',
  (problem, input) => problem.kind === 'unknown' && absence(problem, input) !== undefined,
  (problem, input) => {
    const known = absence(problem, input);
    return {
      message: `${serverWords(problem)}\n${known === undefined ? '' : whereKnown(known, problem.name ?? '')}`,
      fixes: () => [replaceByNew(problem, input), remove(problem, input), comment(problem, input)],
    };
  },
);

const replconninfoNumber = problemRule(
  'replconninfo-number',
  ({ kind, name }) => kind === 'unknown' && numbered.test(name ?? ''),
  (problem, input) => ({
    message: `${serverWords(problem)}\n${t('There are {0}1 to {0}8.', numbered.exec(problem.name ?? '')?.[1] ?? '')}`,
    fixes: () => {
      const base = numbered.exec(problem.name ?? '')?.[1] ?? '';
      const free = Array.from({ length: 8 }, (_, index) => `${base}${index + 1}`).find(
        (name) => !input.reading.settings.has(foldName(name)),
      );
      return [
        free === undefined
          ? undefined
          : fix(t('Rename it to {0}', free), { range: problem.range, newText: free }),
        comment(problem, input),
      ];
    },
  }),
);

const unknown = problemRule(
  'unknown-parameter',
  (problem, input) =>
    problem.kind === 'unknown' &&
    absence(problem, input) === undefined &&
    !numbered.test(problem.name ?? ''),
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => [
      ...input.catalogue
        .nearest(problem.name ?? '')
        .map((name) => fix(t('Rename it to {0}', name), { range: problem.range, newText: name })),
      comment(problem, input),
    ],
  }),
);

const fixed = problemRule(
  'fixed-parameter',
  ({ kind }) => kind === 'fixed',
  (problem, input) => ({
    message: serverWords(problem),
    fixes: () => [remove(problem, input), comment(problem, input)],
  }),
);

export const readRules: readonly Rule[] = [
  syntax,
  include,
  removed,
  replconninfoNumber,
  unknown,
  fixed,
];
