import { dirname } from 'node:path/posix';

import { t } from '../../base/l10n.ts';
import { quote } from '../../hosts/quote.ts';
import { blocked, notVerified } from '../errors.ts';
import { fileState } from '../host/folders.ts';
import { readText, writeText } from '../host/text-files.ts';
import type { Step, StepContext } from '../types.ts';

export interface FileStepOptions {
  readonly id: string;
  readonly title: string;
  readonly host: string;
  readonly node?: string;
  readonly cluster?: string;
  readonly path: string;
  readonly after: readonly string[];
  readonly content: string;
  readonly mode?: number;
  /** Contents beside the wanted one that are right too, such as those of a later step. */
  readonly alternatives?: readonly string[];
  /** The same for what is not known word by word. */
  readonly accept?: (text: string) => boolean;
  /** The question of the exported script when it is another than whether the content is equal. */
  readonly scriptCheck?: string;
  /** The file may be there and belong to somebody; it is changed with a backup. Otherwise a foreign one stops the step. */
  readonly shared?: boolean;
  /** Runs before the file is written, for the folder that it is in. */
  readonly prepare?: (context: StepContext) => Promise<void>;
}

/** A step whose result is a file with a certain content. */
export function fileStep(options: FileStepOptions): Step {
  const { host, path, content } = options;
  const alternatives = (options.alternatives ?? []).filter((text) => text !== content);
  const right = (text: string): boolean =>
    text === content || alternatives.includes(text) || options.accept?.(text) === true;
  return {
    id: options.id,
    title: options.title,
    hosts: [host],
    ...(options.node === undefined ? {} : { node: options.node }),
    ...(options.cluster === undefined ? {} : { cluster: options.cluster }),
    after: options.after,
    timeout: 60_000,
    estimate: 1,
    scripts: [
      {
        host,
        functions: `wanted() {\ncat <<'END_OF_FILE'\n${content}END_OF_FILE\n}`,
        check:
          options.scriptCheck ??
          [
            `wanted | cmp -s - ${quote(path)}`,
            ...alternatives.map((text) => `printf '%s' ${quote(text)} | cmp -s - ${quote(path)}`),
          ].join(' || '),
        run: `mkdir -p ${quote(dirname(path))}\n(umask ${options.mode === 0o644 ? '022' : '077'}; wanted > ${quote(`${path}.new`)})\nmv ${quote(`${path}.new`)} ${quote(path)}`,
      },
    ],
    check: async (context) => {
      const current = await readText(context, host, path);
      if (current === undefined) {
        return { kind: 'needed' };
      }
      if (right(current.text)) {
        return { kind: 'done', evidence: t('{0} has the right content.', path) };
      }
      if (options.shared !== true && (await fileState(context, host, path)) === 'foreign') {
        return {
          kind: 'blocked',
          failure: blocked(
            t(
              '{0} on {1} is there with another content and was not written by this plan.',
              path,
              host,
            ),
            {
              host,
              file: path,
              remedy: t(
                'Look at it; move it away if nobody needs it, or choose other folders in the topology.',
              ),
            },
          ),
        };
      }
      return { kind: 'needed' };
    },
    preview: async (context) => [
      {
        kind: 'file',
        path,
        before: (await readText(context, host, path))?.text,
        after: content,
      },
    ],
    run: async (context) => {
      await options.prepare?.(context);
      await writeText(context, host, path, content, {
        ...(options.mode === undefined ? {} : { mode: options.mode }),
        backup: options.shared === true,
      });
    },
    verify: async (context) => {
      const current = await readText(context, host, path);
      if (current === undefined || !right(current.text)) {
        throw notVerified(t('{0} has not the content that was written.', path), { host });
      }
      return t('{0} has the right content.', path);
    },
  };
}
