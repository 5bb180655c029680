import { parseConf } from '../../config/document.ts';
import type { Catalogue } from '../../config/catalogue.ts';
import { asSetting } from '../../config/drift.ts';
import { readAsServer } from '../../config/readers/server.ts';
import { quote } from '../../hosts/quote.ts';
import { runForNode } from '../host/command.ts';
import type { NodeLayout } from '../recipes/layout.ts';
import type { StepContext } from '../types.ts';

/** Milliseconds. */
const queryLimit = 20_000;

function same(wanted: string, has: string): boolean {
  return (
    wanted === has || (wanted.trim() !== '' && has.trim() !== '' && Number(wanted) === Number(has))
  );
}

/**
 * Parameters of a postgresql.conf that the running server has otherwise, as `name = value`, by `pg_settings`. Only those
 * that no session can set for itself are compared. undefined: the server could not be asked.
 */
export async function notInForce(
  context: StepContext,
  node: NodeLayout,
  text: string,
  names: readonly string[],
  catalogue: Catalogue,
): Promise<readonly string[] | undefined> {
  const { settings } = readAsServer(parseConf(text), catalogue);
  const wanted = new Map<string, string>();
  for (const name of names) {
    const value = settings.get(name)?.value;
    const kind = catalogue.get(name)?.context;
    if (value !== undefined && (kind === 'postmaster' || kind === 'sighup')) {
      wanted.set(name, asSetting(value));
    }
  }
  if (wanted.size === 0) {
    return [];
  }
  const list = [...wanted.keys()].map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  const sql = `select lower(name), setting from pg_settings where lower(name) in (${list})`;
  const answer = await runForNode(
    context,
    node.spec,
    `gsql -X -A -t -d postgres -p ${node.port} -c ${quote(sql)}`,
    { quiet: true, timeout: queryLimit },
  );
  if (answer.code !== 0) {
    return undefined;
  }
  const other: string[] = [];
  for (const line of answer.stdout.split('\n')) {
    const at = line.indexOf('|');
    const [name, has] = [line.slice(0, at), line.slice(at + 1)];
    const value = at < 0 ? undefined : wanted.get(name);
    if (value !== undefined && !same(value, has)) {
      other.push(`${name} = ${has}`);
    }
  }
  return other;
}
