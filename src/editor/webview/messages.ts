/** What each message of a page must hold beside its type. */
export type Shapes<T extends { readonly type: string }> = {
  readonly [Type in T['type']]: Readonly<Record<string, 'string' | 'number'>>;
};

/**
 * A message of a page, when it is one that is known and holds what it must; undefined otherwise. What comes out of a
 * webview is not believed, although only our own script runs in it.
 */
export function received<T extends { readonly type: string }>(
  message: unknown,
  shapes: Shapes<T>,
): T | undefined {
  if (typeof message !== 'object' || message === null) {
    return undefined;
  }
  const fields = message as Readonly<Record<string, unknown>>;
  const { type } = fields as { readonly type?: unknown };
  if (typeof type !== 'string' || !Object.hasOwn(shapes, type)) {
    return undefined;
  }
  const shape = shapes[type as T['type']];
  return Object.entries(shape).every(([name, kind]) => typeof fields[name] === kind)
    ? (message as T)
    : undefined;
}
