import { setTimeout as pause } from 'node:timers/promises';
import { readText, replaceFile } from '../files.ts';
import { readFaults } from '../host.ts';
import type { LabHost } from '../host.ts';
import { out } from '../print.ts';
import { cmQuery } from './query.ts';
import { start, stop, switchover } from './servers.ts';
import { ManagerState } from './state.ts';
import type { Instance } from './state.ts';

/** `set KEY VALUE` of the simulated cluster manager's `cm_ctl.sh`: in the file of CM_CONFIG_PATH, with exit code 0 always. */
function setSimulated(file: string, key: string, value: string): number {
  if (key !== 'REFORMER_ID' && key !== 'BITMAP_ONLINE') {
    out('invalid parameter\n');
    return 0;
  }
  const lines = (readText(file) ?? '').split('\n').filter((line) => line.trim() !== '');
  const kept = lines.filter((line) => !line.trim().startsWith(key));
  replaceFile(file, `${[...kept, `${key} = ${value}`].join('\n')}\n`);
  out(`set ${key} = ${value} success\n`);
  return 0;
}

function optionOf(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

/** The instance that `-n`, `-I` and `-D` name; undefined when they name none that there is. */
function instanceOf(manager: ManagerState, args: readonly string[]): Instance | undefined {
  const [node, instance, dataDir] = ['-n', '-I', '-D'].map((name) => optionOf(args, name));
  return manager
    .instances()
    .find(
      (one) =>
        String(one.nodeId) === node &&
        (instance === undefined || String(one.instance) === instance) &&
        (dataDir === undefined || one.dataDir === dataDir),
    );
}

/** The real manager's commands, which a topology asks for with `manager: cm`. */
async function managed(
  host: LabHost,
  manager: ManagerState,
  args: readonly string[],
): Promise<number> {
  const [command = ''] = args;
  while (readFaults(host.lab).manager?.hangs?.includes(command) === true) {
    await pause(100);
  }
  const of = instanceOf(manager, args);
  if (args.includes('-n') && of === undefined) {
    out('cm_ctl: the node id or instance is invalid.\n');
    return 1;
  }
  const seconds = Number(optionOf(args, '-t') ?? '600');
  switch (command) {
    case 'query':
      return cmQuery(manager);
    case 'start':
      return start(host, manager, of, seconds);
    case 'stop':
      return stop(manager, of, seconds);
    case 'switchover':
      if (of !== undefined) {
        return switchover(host, manager, of, seconds);
      }
      break;
    case 'pause':
    case 'resume':
      manager.setPaused(command === 'pause');
      out(`cm_ctl: ${command} cluster successfully.\n`);
      return 0;
    case 'list':
      out(manager.parameters());
      return 0;
    case 'set': {
      const [name = '', value = ''] = (optionOf(args, '-k') ?? '').split('=');
      manager.setParameter(name, value);
      out('cm_ctl: set parameter success.\n');
      return 0;
    }
    default:
  }
  out('cm_ctl: unknown or incomplete command.\n');
  return 1;
}

/** `cm_ctl`: of the simulated cluster manager and of the real one. */
export function cmCtl(host: LabHost, args: readonly string[]): number | Promise<number> {
  const file = process.env['CM_CONFIG_PATH'];
  if (file === undefined) {
    out('CM_CONFIG_PATH is NULL\n');
    return 0;
  }
  const [command, key = '', value = ''] = args;
  return command === 'set' && !key.startsWith('-')
    ? setSimulated(file, key, value)
    : managed(host, new ManagerState(file), args);
}
