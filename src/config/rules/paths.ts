/** Files and folders that the server wants to be there when it starts. Said only when somebody has looked on the node. */
import { t } from '../../base/l10n.ts';
import { foldName, rangeIn } from '../document.ts';
import { shown } from '../values.ts';
import { isOn, setting } from './rule.ts';
import type { Report, Rule, RuleInput } from './rule.ts';

const always = (): boolean => true;
const withSsl = (input: RuleInput): boolean => isOn(input, 'ssl');

/** The parameters, and when they count. Folders that the server makes by itself are not among them. */
const files: readonly (readonly [string, (input: RuleInput) => boolean])[] = [
  ['hba_file', always],
  ['ident_file', always],
  ['unix_socket_directory', always],
  ['ssl_cert_file', withSsl],
  ['ssl_key_file', withSsl],
  ['ssl_ca_file', withSsl],
  ['ssl_crl_file', withSsl],
];

/** `+…` and `UDS:…` are names of DSS, not of files. */
function isPath(text: string): boolean {
  return text !== '' && !/^(?:\+|\w+:)/.test(text);
}

function* settings(input: RuleInput): Iterable<Report> {
  for (const [name, counts] of files) {
    const each = setting(input, name);
    if (
      typeof each?.value === 'string' &&
      isPath(each.value) &&
      counts(input) &&
      input.context.pathExists?.(each.value) === false
    ) {
      yield {
        message: t(
          '{0} is not there on this node, and the server does not start without it.',
          shown(each.value),
        ),
        range: each.valueRange,
      };
    }
  }
}

/** The server never makes the redo log file; the lock file it makes, but not the folder (dorado_fd.cpp, xlog.cpp). */
function* sharedRedo({ context, reading }: RuleInput): Iterable<Report> {
  const missing = (path: string): boolean => isPath(path) && context.pathExists?.(path) === false;
  const redo = reading.settings.get('xlog_file_path');
  if (typeof redo?.value === 'string' && missing(redo.value)) {
    yield {
      message: `could not open xlog file "${shown(redo.value)}" : No such file or directory`,
      range: redo.valueRange,
    };
  }
  const lock = reading.settings.get('xlog_lock_file_path');
  const folder =
    typeof lock?.value === 'string' ? /^(.+)\/[^/]+$/.exec(lock.value)?.[1] : undefined;
  if (lock !== undefined && folder !== undefined && redo !== undefined && missing(folder)) {
    yield {
      message: `could not open file "${shown(lock.raw)}": No such file or directory\n${t('The folder {0} is not there on this node.', shown(folder))}`,
      range: lock.valueRange,
    };
  }
}

function* includes({ document, context, reading }: RuleInput): Iterable<Report> {
  for (const index of reading.includes) {
    const line = document.lines[index];
    const path = line?.content ?? '';
    if (
      line?.value !== undefined &&
      foldName(line.name?.text ?? '') === 'include_if_exists' &&
      path !== '' &&
      context.pathExists?.(path) === false
    ) {
      yield {
        severity: 'info',
        message: `skipping missing configuration file "${shown(path)}"`,
        range: rangeIn(document, index, line.value),
      };
    }
  }
}

const missing: Rule = {
  code: 'path-missing',
  stage: 'start',
  severity: 'warning',
  *check(input): Iterable<Report> {
    if (input.context.pathExists !== undefined) {
      yield* settings(input);
      yield* sharedRedo(input);
      yield* includes(input);
    }
  },
};

export const pathRules: readonly Rule[] = [missing];
