import * as vscode from 'vscode';
import { t } from '../../base/l10n.ts';

export interface Choice {
  readonly label: string;
  readonly value: string;
  readonly description?: string;
  readonly icon?: string;
}

/** One question of several. `hosts`: one or more choices, or names that are typed. */
export type AskStep =
  | {
      readonly key: string;
      readonly kind: 'pick' | 'hosts';
      readonly placeholder: string;
      readonly choices: readonly Choice[];
    }
  | {
      readonly key: string;
      readonly kind: 'text';
      readonly placeholder: string;
      readonly initial: string;
      readonly validate?: (text: string) => string | undefined;
    };

/** Answers by the steps' keys. */
export type Answers = Readonly<Record<string, readonly string[]>>;

type StepAnswer = readonly string[] | 'back' | undefined;

/** Asks one question after the other with a way back; undefined when the user leaves. */
export async function askSteps(
  title: string,
  steps: readonly AskStep[],
): Promise<Answers | undefined> {
  const answers: Record<string, readonly string[]> = {};
  for (let index = 0; index < steps.length;) {
    const step = steps[index];
    if (step === undefined) {
      break;
    }
    const frame: Frame = {
      title,
      step: index + 1,
      totalSteps: steps.length,
      former: answers[step.key],
    };
    const answer = await (step.kind === 'text' ? askText(step, frame) : askPick(step, frame));
    if (answer === undefined) {
      return undefined;
    }
    if (answer === 'back') {
      index -= 1;
    } else {
      answers[step.key] = answer;
      index += 1;
    }
  }
  return answers;
}

interface Frame {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly former: readonly string[] | undefined;
}

type Item = vscode.QuickPickItem & { readonly value: string };

function askPick(
  step: Extract<AskStep, { readonly kind: 'pick' | 'hosts' }>,
  frame: Frame,
): Promise<StepAnswer> {
  const pick = vscode.window.createQuickPick<Item>();
  const many = step.kind === 'hosts';
  const items: readonly Item[] = step.choices.map(({ icon, ...choice }) => ({
    ...choice,
    ...(icon === undefined ? {} : { iconPath: new vscode.ThemeIcon(icon) }),
  }));
  // Of several hosts none is more likely than another.
  const proposed = many && items.length > 1 ? [] : items.slice(0, 1);
  const marked = frame.former ?? proposed.map((item) => item.value);
  pick.items = items;
  pick.canSelectMany = many;
  if (many) {
    pick.selectedItems = items.filter((item) => marked.includes(item.value));
    // A host that no configuration lists can be typed.
    pick.onDidChangeValue((text) => {
      const name = text.trim();
      const selected = pick.selectedItems;
      const typed = /^[\w][\w.@-]*$/.test(name) && !items.some((item) => item.value === name);
      const kept = selected.filter((one) => !items.includes(one));
      pick.items = [
        ...items,
        ...kept,
        ...(typed ? [{ label: name, value: name, description: t('as typed') }] : []),
      ];
      pick.selectedItems = selected;
    });
  } else {
    pick.activeItems = items.filter((item) => marked.includes(item.value));
  }
  return ask(pick, step.placeholder, frame, () => {
    const chosen = many ? pick.selectedItems : pick.activeItems;
    return chosen.length === 0 ? undefined : chosen.map((item) => item.value);
  });
}

function askText(
  step: Extract<AskStep, { readonly kind: 'text' }>,
  frame: Frame,
): Promise<StepAnswer> {
  const box = vscode.window.createInputBox();
  box.value = frame.former?.[0] ?? step.initial;
  box.prompt = step.placeholder;
  box.onDidChangeValue((text) => {
    box.validationMessage = step.validate?.(text.trim()) ?? '';
  });
  return ask(box, step.placeholder, frame, () => {
    const text = box.value.trim();
    box.validationMessage = step.validate?.(text) ?? '';
    return text === '' || box.validationMessage !== '' ? undefined : [text];
  });
}

function ask(
  input: (vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox) & {
    placeholder: string | undefined;
  },
  placeholder: string,
  frame: Frame,
  answer: () => readonly string[] | undefined,
): Promise<StepAnswer> {
  input.title = frame.title;
  input.step = frame.step;
  input.totalSteps = frame.totalSteps;
  input.placeholder = placeholder;
  input.ignoreFocusOut = true;
  input.buttons = frame.step > 1 ? [vscode.QuickInputButtons.Back] : [];
  return new Promise((resolve) => {
    input.onDidTriggerButton(() => {
      resolve('back');
      input.dispose();
    });
    input.onDidAccept(() => {
      const given = answer();
      if (given !== undefined) {
        resolve(given);
        input.dispose();
      }
    });
    input.onDidHide(() => {
      resolve(undefined);
      input.dispose();
    });
    input.show();
  });
}
