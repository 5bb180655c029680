import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The openGauss versions that the lab can play. 5.0.0 is the seed's line, 7.0.0 behaves as 7.0.0-RC1 and master. */
export type LabVersion = '5.0.0' | '7.0.0';

/** What a simulated tool knows of the machine that it runs on: `<host>/lab.json`, named by the tools' wrappers. */
export interface LabHost {
  /** The lab's folder. */
  readonly lab: string;
  readonly name: string;
  readonly version: LabVersion;
  /** A folder that holds bin, share and etc, as an installed openGauss does. */
  readonly gaussHome: string;
  /** The bundled tools. */
  readonly tools: string;
  /** The Node program that runs them. */
  readonly node: string;
  /** The PGlite package. */
  readonly pglite: string;
}

/** Reads the machine's file. */
export function loadHost(file: string): LabHost {
  return JSON.parse(readFileSync(file, 'utf8')) as LabHost;
}

/** What is broken at the moment: `<lab>/faults.json`, written by the lab, read by the simulated servers. */
export interface LabFaults {
  /** The network between the clusters. `delay` in milliseconds, `rate` in bytes of redo log per second. */
  readonly link?: { readonly down?: boolean; readonly delay?: number; readonly rate?: number };
  /** Replay stands still on the hosts named; redo log is still received. */
  readonly replayPaused?: readonly string[];
  /** Commands of the real cluster manager's cm_ctl that do not end. */
  readonly manager?: { readonly hangs?: readonly string[] };
}

export function faultsFile(lab: string): string {
  return join(lab, 'faults.json');
}

/** The faults of this moment; none when the file is missing or half written. */
export function readFaults(lab: string): LabFaults {
  try {
    return JSON.parse(readFileSync(faultsFile(lab), 'utf8')) as LabFaults;
  } catch {
    return {};
  }
}
