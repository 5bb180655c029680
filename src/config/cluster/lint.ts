import type { Finding } from '../../base/finding.ts';
import {
  type Deployment,
  type DeploymentInput,
  DeploymentReader,
  type FileKey,
  fileKey,
} from './deployment.ts';
import type { ClusterRule } from './report.ts';
import { peersGetIn, sslLines, strangers } from './rules-access.ts';
import { mixedFolders } from './rules-paths.ts';
import { dssInstances } from './rules-dss.ts';
import { dssSocket, instanceIds } from './rules-pooling.ts';
import { simulatedManager } from './rules-cm.ts';
import { volumeGroups } from './rules-volumes.ts';
import { lastPort, portConflicts } from './rules-ports.ts';
import { applicationNames } from './rules-names.ts';
import { localEnds, missingEntries, remoteEnds } from './rules-replication.ts';
import {
  disasterModes,
  equalValues,
  lockFiles,
  roles,
  topologyPort,
  xlogFile,
} from './rules-values.ts';

const rules: readonly ClusterRule[] = [
  localEnds,
  remoteEnds,
  missingEntries,
  applicationNames,
  equalValues,
  xlogFile,
  lockFiles,
  roles,
  disasterModes,
  topologyPort,
  portConflicts,
  lastPort,
  instanceIds,
  dssSocket,
  volumeGroups,
  dssInstances,
  simulatedManager,
  mixedFolders,
  peersGetIn,
  strangers,
  sslLines,
];

/** The findings of every file that has some, by file. */
export type DeploymentFindings = ReadonlyMap<FileKey, readonly Finding[]>;

/**
 * What is wrong between the files of the nodes of both clusters. Findings stand on the line to mend and link to the
 * other node's line: `file` of related places is a file key. Pure; never throws.
 */
export function lintDeployment(input: DeploymentInput): DeploymentFindings {
  return findingsOf(new DeploymentReader().read(input));
}

/** Checks again and again, as files are edited: a file that has not changed is not read again. */
export class DeploymentLinter {
  private readonly reader = new DeploymentReader();

  lint(input: DeploymentInput): DeploymentFindings {
    return findingsOf(this.reader.read(input));
  }

  /** The deployment as the rules see it, for language features. */
  read(input: DeploymentInput): Deployment {
    return this.reader.read(input);
  }
}

function findingsOf(deployment: Deployment): DeploymentFindings {
  const findings = new Map<FileKey, Finding[]>();
  for (const rule of rules) {
    for (const { node, kind, finding } of rule(deployment)) {
      const key = fileKey(node.spec.id, kind);
      const list = findings.get(key);
      if (list === undefined) {
        findings.set(key, [finding]);
      } else {
        list.push(finding);
      }
    }
  }
  for (const list of findings.values()) {
    list.sort((one, other) => one.range.start - other.range.start);
  }
  return findings;
}
