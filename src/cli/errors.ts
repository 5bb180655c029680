import { Failure, messageOf } from '../base/errors.ts';
import { t } from '../base/l10n.ts';

export type CliFailureCode = 'usage' | 'file-not-read';

/** Wrong arguments; the command's usage is printed with it. */
export function usageError(message: string, command?: string): Failure<CliFailureCode> {
  return new Failure('usage', message, {
    remedy:
      command === undefined
        ? t('See {0}.', 'opengauss-dual-cluster --help')
        : t('See {0}.', `opengauss-dual-cluster ${command} --help`),
  });
}

export function fileNotRead(file: string, cause: unknown): Failure<CliFailureCode> {
  const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
  return new Failure(
    'file-not-read',
    missing
      ? t('There is no file {0}.', file)
      : t('{0} could not be read: {1}', file, messageOf(cause)),
    { place: { file }, cause },
  );
}
