import { say } from './context.ts';
import type { Call } from './context.ts';

/** `gs_ctl build` */
export function build(call: Call): number {
  say(`gs_ctl full build ,datadir is ${call.dataDir}`);
  return 1;
}
