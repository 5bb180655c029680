import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';

import { exportShellScript } from '../../../src/operations/export-sh.ts';
import { deployPlan } from '../../../src/operations/recipes/deploy.ts';
import { versionsToTry } from '../../support/versions.ts';
import { password, startBareLab, told, type BareLab } from './support/bare-lab.ts';

interface Ended {
  readonly code: number | null;
  /** What it says of its steps. Which of the two streams is read first says nothing of what was printed first. */
  readonly said: string;
  /** What it asks, and what went wrong. */
  readonly complained: string;
}

function all(ended: Ended): string {
  return ended.said + ended.complained;
}

/** Runs a script with the machine's own `sh` and `ssh`. */
function runScript(script: string, sshConfig: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', script], {
      env: { ...process.env, SSH_CONFIG: sshConfig },
      stdio: ['pipe', 'pipe', 'pipe'],
      timeout: 180_000,
    });
    let said = '';
    let complained = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (complained += text));
    child.once('close', (code) => resolve({ code, said, complained }));
    child.stdin.end(`${password}\n`);
  });
}

const skip = spawnSync('ssh', ['-V']).status === 0 ? false : 'there is no ssh on this machine';

describe('the exported script of a deployment', { skip, concurrency: true }, () => {
  for (const version of versionsToTry('5.0.0')) {
    it(`of ${version} comes to the same end as the plan, and finds everything true the second time`, async (context) => {
      const bare: BareLab = await startBareLab(version);
      context.after(() => bare.stop());
      const plan = deployPlan(bare.layout);
      const script = exportShellScript(plan);
      const first = await runScript(script, bare.lab.sshConfig);
      assert.equal(first.code, 0, all(first));
      const result = await bare.run(plan);
      assert.deepEqual(
        result.steps.filter((one) => one.outcome !== 'skipped').map((one) => one.step.id),
        [],
        told(result),
      );
      const second = await runScript(script, bare.lab.sshConfig);
      assert.equal(second.code, 0, all(second));
      const lines = second.said.split('\n');
      const again = lines.filter((_line, index) => lines[index + 1] === '  done');
      // Only what looks is done again.
      assert.ok(
        again.every((line) => /^(?:Start \w+ as|production is to be|\w+ replicates)/.test(line)),
        again.join('\n'),
      );
      assert.doesNotMatch(all(first) + all(second), new RegExp(password));
    });
  }
});
