import type { PreflightCheck } from './preflight-check.ts';
import { clock, space, system } from './preflight-machine.ts';
import { peers, ports, sharing, strangers } from './preflight-network.ts';
import { places, tools, user, versions } from './preflight-software.ts';

/** All questions, in the order in which they are asked. */
export const preflightChecks: readonly PreflightCheck[] = [
  user,
  tools,
  versions,
  places,
  space,
  ports,
  strangers,
  clock,
  system,
  sharing,
  peers,
];
