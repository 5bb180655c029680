/**
 * The one place that knows which component library draws buttons. The toolkit is archived upstream; its successor
 * would be put in here.
 */
import {
  provideVSCodeDesignSystem,
  vsCodeBadge,
  vsCodeButton,
  vsCodeDivider,
  vsCodeDropdown,
  vsCodeOption,
} from '@vscode/webview-ui-toolkit';

/** Makes the elements known to the page. Call once. */
export function registerComponents(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeBadge(),
    vsCodeDivider(),
    vsCodeDropdown(),
    vsCodeOption(),
  );
}

/** A button of VS Code's look. */
export function button(
  text: string,
  kind: 'primary' | 'secondary',
  onClick: () => void,
): HTMLElement {
  const element = document.createElement('vscode-button');
  element.setAttribute('appearance', kind);
  element.textContent = text;
  element.addEventListener('click', onClick);
  return element;
}

/** A list of which one is chosen; `onChoose` gets its place in the list. */
export function dropdown(
  label: string,
  options: readonly string[],
  chosen: number,
  onChoose: (index: number) => void,
): HTMLElement {
  const element = document.createElement('vscode-dropdown');
  element.setAttribute('aria-label', label);
  for (const [index, text] of options.entries()) {
    const option = document.createElement('vscode-option');
    option.setAttribute('value', String(index));
    option.textContent = text;
    if (index === chosen) {
      option.setAttribute('selected', '');
    }
    element.append(option);
  }
  element.addEventListener('change', () => {
    onChoose(Number((element as HTMLElement & { readonly value: string }).value));
  });
  return element;
}

/** A small count or word on a coloured ground. */
export function badge(text: string): HTMLElement {
  const element = document.createElement('vscode-badge');
  element.textContent = text;
  return element;
}

/** A line between two parts of a page. */
export function divider(): HTMLElement {
  return document.createElement('vscode-divider');
}
