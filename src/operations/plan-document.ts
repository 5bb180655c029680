import { messageOf } from '../base/errors.ts';
import { dateTime, t } from '../base/l10n.ts';
import { fenced, plain, plainLines } from '../base/markdown.ts';
import { unifiedDiff } from './line-diff.ts';
import type { PlanPreview, StepPreview } from './preview.ts';
import type { PreviewPart } from './types.ts';

/** Minutes and seconds for people. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  return whole < 60 ? t('{0} s', whole) : t('{0} min {1} s', Math.floor(whole / 60), whole % 60);
}

/**
 * The plan as a Markdown document, to be read before anything runs: for each step the host, the exact commands, the
 * differences of files, what is lost, what is restarted, how long it takes. Choices are in the topology, not here.
 */
export function planDocument(preview: PlanPreview): string {
  const { plan, steps } = preview;
  const check = plan.readOnly === true;
  const shaken = afterStop(steps);
  const open = steps.filter((one) => one.answer?.kind !== 'done');
  const needed = steps.filter((one) => open.includes(one) || shaken.has(one));
  const seconds = needed.reduce((sum, one) => sum + one.step.estimate, 0);
  const destructive = open.filter((one) => one.step.destructive !== undefined);
  const restarts = open.filter((one) => one.step.restarts !== undefined);
  const blocked = steps.filter(
    (one) => one.answer?.kind === 'blocked' || one.failure !== undefined,
  );
  const out = [
    `# ${plain(plan.title)}`,
    '',
    check
      ? t('The checks as things stand at {0}. Nothing was changed.', dateTime(preview.time))
      : t(
          'Nothing has been done yet. This is what would be done, step by step, as things stand at {0}.',
          dateTime(preview.time),
        ),
    '',
    `| | |`,
    `| --- | --- |`,
    check
      ? `| ${t('Checks')} | ${t('{0}, of which {1} passed', steps.length, steps.length - needed.length)} |`
      : `| ${t('Steps')} | ${t('{0}, of which {1} are true already', steps.length, steps.length - needed.length)} |`,
    `| ${t('Hosts')} | ${plain([...new Set(steps.flatMap((one) => one.step.hosts))].join(', '))} |`,
    ...(check
      ? []
      : [
          `| ${t('Time')} | ${t('about {0}', duration(seconds))} |`,
          `| ${t('Lost')} | ${destructive.length === 0 ? t('nothing') : `⚠ ${plain(destructive.map((one) => one.step.destructive).join(' '))}`} |`,
          `| ${t('Stopped or restarted')} | ${restarts.length === 0 ? t('nothing') : plainLines(restarts.map((one) => one.step.restarts).join('\n'))} |`,
        ]),
    ...(plan.confirmNames.length === 0 || destructive.length === 0
      ? []
      : [
          `| ${t('To confirm, type')} | ${plan.confirmNames.map((name) => `**${plain(name)}**`).join(', ')} |`,
        ]),
    '',
    ...plan.notes.flatMap((note) => [`> ${plain(note)}`, '']),
    ...(blocked.length === 0
      ? []
      : [
          `## ${check ? t('What is not right') : t('It cannot run as it is')}`,
          '',
          ...blocked.map(
            (one) => `- ${t('{0}: {1}', `**${plain(one.step.title)}**`, plain(reason(one)))}`,
          ),
          '',
        ]),
  ];
  steps.forEach((one, index) =>
    out.push(...stepSection(one, index + 1, { check, shaken: shaken.has(one) })),
  );
  return `${out.join('\n')}\n`;
}

/** Steps that are true now and may be so no more when their turn comes: something is stopped before them. */
function afterStop(steps: readonly StepPreview[]): ReadonlySet<StepPreview> {
  const stopping = new Set<string>();
  const shaken = new Set<StepPreview>();
  for (const one of steps) {
    const { step } = one;
    const follows = step.after.some((id) => stopping.has(id));
    const needed = one.answer?.kind !== 'done';
    if (follows || (needed && step.restarts !== undefined)) {
      stopping.add(step.id);
    }
    if (follows && !needed) {
      shaken.add(one);
    }
  }
  return shaken;
}

function reason(one: StepPreview): string {
  if (one.failure !== undefined) {
    return messageOf(one.failure);
  }
  if (one.answer?.kind !== 'blocked') {
    return '';
  }
  const { message, remedy } = one.answer.failure;
  return remedy === undefined ? message : `${message} → ${remedy}`;
}

function stepSection(
  one: StepPreview,
  number: number,
  { check, shaken }: { readonly check: boolean; readonly shaken: boolean },
): string[] {
  const { step, answer } = one;
  const done = answer?.kind === 'done' && !shaken;
  const mark = done
    ? '✓'
    : one.failure !== undefined || answer?.kind === 'blocked'
      ? '×'
      : step.destructive === undefined
        ? ''
        : '⚠';
  const out = [
    `## ${number}. ${mark === '' ? '' : `${mark} `}${plain(step.title)}`,
    '',
    t('Host: {0}', plain(step.hosts.join(', '))) +
      (done || check ? '' : ` · ${t('about {0}', duration(step.estimate))}`),
    '',
  ];
  if (answer?.kind === 'done') {
    const evidence = plain(answer.evidence);
    if (!shaken) {
      return [...out, check ? evidence : t('True already: {0}', evidence), ''];
    }
    out.push(t('True now, and looked at again when its turn comes: {0}', evidence), '');
  }
  if (answer?.kind === 'blocked' || one.failure !== undefined) {
    out.push(`**${plain(reason(one))}**`, '');
  }
  if (step.destructive !== undefined) {
    out.push(
      `<span style="color:var(--vscode-errorForeground,#c72e0f);">⚠ ${t('Destructive: {0}', plain(step.destructive))}</span>`,
      '',
    );
  }
  if (step.restarts !== undefined && !shaken) {
    out.push(t('Stopped or restarted: {0}', plain(step.restarts)), '');
  }
  for (const part of check ? [] : one.parts) {
    out.push(...partLines(part), '');
  }
  return out;
}

function partLines(part: PreviewPart): string[] {
  switch (part.kind) {
    case 'command':
      return [
        ...(part.note === undefined ? [] : [plain(part.note), '']),
        fenced('sh', part.command),
      ];
    case 'file': {
      const diff = unifiedDiff(part.path, part.before, part.after);
      return [diff === '' ? t('{0} stays as it is.', plain(part.path)) : fenced('diff', diff)];
    }
    case 'settings':
      return [
        t('In {0}, which an earlier step makes:', plain(part.path)),
        '',
        fenced('diff', part.lines.map((line) => `+${line}`).join('\n')),
      ];
    case 'note':
      return [plain(part.text)];
  }
}
