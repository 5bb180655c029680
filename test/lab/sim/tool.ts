// The short-lived programs: node tool.cjs <host file> gs_ctl|gs_guc|… arguments…
import { cmCtl } from './cm/main.ts';
import { pgControldata } from './controldata.ts';
import { dsscmd } from './dsscmd.ts';
import { gsCtl } from './gsctl/main.ts';
import { gsqlTool } from './gsql/main.ts';
import { gsGuc } from './guc.ts';
import { loadHost } from './host.ts';
import type { LabHost } from './host.ts';
import { gsInitdb } from './initdb.ts';
import { err } from './print.ts';

const tools: Readonly<
  Record<string, (host: LabHost, args: readonly string[]) => number | Promise<number>>
> = {
  gs_ctl: gsCtl,
  gsql: gsqlTool,
  gs_guc: gsGuc,
  gs_initdb: gsInitdb,
  pg_controldata: pgControldata,
  dsscmd,
  cm_ctl: cmCtl,
};

const [, , file = '', name = '', ...args] = process.argv;

async function run(): Promise<number> {
  const tool = tools[name];
  if (tool === undefined) {
    err(`${name}: command not found\n`);
    return 127;
  }
  return await tool(loadHost(file), args);
}

void run().then(
  (code) => process.exit(code),
  (thrown: unknown) => {
    err(
      `${name}: ${thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown)}\n`,
    );
    process.exit(1);
  },
);
