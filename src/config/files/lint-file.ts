import type { Finding } from '../../base/finding.ts';
import { lintCmConfig } from './cm-config.ts';
import { lintDssInst } from './dss-inst.ts';
import { lintHba } from './hba-rules.ts';
import type { FileContext, SmallFileKind } from './kinds.ts';
import { keepSoundFixes } from './sound-fixes.ts';
import { lintVgConf } from './vg-conf.ts';

/** The findings of one small configuration file, in the order of the text. Never throws. */
export function lintFile(kind: SmallFileKind, text: string, context: FileContext = {}): Finding[] {
  const lint = (each: string): Finding[] => findingsOf(kind, each, context);
  return keepSoundFixes(text, lint(text), lint).sort(
    (one, other) => one.range.start - other.range.start,
  );
}

function findingsOf(kind: SmallFileKind, text: string, context: FileContext): Finding[] {
  switch (kind) {
    case 'pg-hba':
      return lintHba(text);
    case 'dss-inst':
      return lintDssInst(text, context);
    case 'dss-vg-conf':
      return lintVgConf(text);
    case 'cm-config':
      return lintCmConfig(text);
  }
}
