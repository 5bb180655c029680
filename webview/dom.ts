/** Elements are only ever filled by text, never by markup, so that nothing a server says can become part of the page. */

export interface ElementOptions {
  readonly class?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly children?: readonly (Node | undefined)[];
}

/** A new HTML element. */
export function html<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
): HTMLElementTagNameMap[K] {
  return fill(document.createElement(tag), options);
}

/** A new SVG element. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  options: ElementOptions = {},
): SVGElementTagNameMap[K] {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), options);
}

function fill<E extends HTMLElement | SVGElement>(element: E, options: ElementOptions): E {
  if (options.class !== undefined) {
    element.setAttribute('class', options.class);
  }
  for (const [name, value] of Object.entries(options.attributes ?? {})) {
    element.setAttribute(name, value);
  }
  if (options.text !== undefined) {
    element.textContent = options.text;
  }
  for (const child of options.children ?? []) {
    if (child !== undefined) {
      element.append(child);
    }
  }
  return element;
}

/** A table with a caption and header cells that screen readers announce. */
export function table(
  caption: string,
  headers: readonly string[],
  rows: readonly (readonly string[])[],
): HTMLTableElement {
  return html('table', {
    children: [
      html('caption', { text: caption }),
      html('thead', {
        children: [
          html('tr', {
            children: headers.map((text) => html('th', { text, attributes: { scope: 'col' } })),
          }),
        ],
      }),
      html('tbody', {
        children: rows.map((cells) =>
          html('tr', {
            children: cells.map((text, index) =>
              index === 0
                ? html('th', { text, attributes: { scope: 'row' } })
                : html('td', { text }),
            ),
          }),
        ),
      }),
    ],
  });
}
