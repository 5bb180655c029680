import { Failure } from '../../base/errors.ts';
import { t } from '../../base/l10n.ts';
import { LineIndex } from '../../base/position.ts';
import type { Refusal } from './split.ts';

/** A script that is not handed to gsql. */
export function scriptRefused(refusal: Refusal, script: string): Failure<'sql-script-refused'> {
  const { line, column } = new LineIndex(script).at(refusal.offset);
  const texts = {
    'meta-command': {
      message: t('Line {0}: {1} is a command of gsql itself, not SQL.', line, refusal.text.trim()),
      remedy: t('Open a terminal on the node and use gsql there.'),
    },
    'copy-from-stdin': {
      message: t('Line {0}: COPY … FROM STDIN needs data that the editor cannot hand over.', line),
      remedy: t(
        'Copy the file to the node and use COPY … FROM its path, or \\copy in a terminal on the node.',
      ),
    },
    unterminated: {
      message: t('Line {0}: what begins with {1} has no end.', line, refusal.text.trim()),
      remedy: t('Close the quote or the comment.'),
    },
  };
  const { message, remedy } = texts[refusal.reason];
  return new Failure('sql-script-refused', message, { place: { line, column }, remedy });
}
