import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { loadCatalogue } from '../../../src/config/catalogue.ts';
import type { Catalogue, Parameter } from '../../../src/config/catalogue.ts';
import { parseConf } from '../../../src/config/document.ts';
import { applyEdits } from '../../../src/base/edits.ts';
import { setParameter } from '../../../src/config/edit.ts';
import { findAsGsGuc } from '../../../src/config/readers/tools.ts';
import { parseValue } from '../../../src/config/values.ts';
import { readText, replaceFile, writerOf } from './files.ts';
import type { LabHost } from './host.ts';
import { out } from './print.ts';

const hint = 'Try "gs_guc --help" for more information.\n';

interface Assignment {
  readonly name: string;
  /** As written, quotes included; undefined: back to the default. */
  readonly value: string | undefined;
}

function badName(name: string): string {
  return `ERROR: The name of parameter "${name}" is incorrect. It is not within the CN/DN support parameters or it is a read only parameter.\n${hint}`;
}

const kinds: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int: 'integer',
  int64: 'integer',
  real: 'string',
  enum: 'enum',
  string: 'string',
};

/** Why gs_guc refuses a value; its checks are fewer and other than the server's. */
function refusal(parameter: Parameter, value: string): string | undefined {
  const { name, type } = parameter;
  const quotedText = /^'.*'$/s.test(value);
  if (type === 'string' && !quotedText) {
    return `ERROR: The value "${value}" for parameter "${name}" is incorrect. Please do it like this "parameter = 'value'".\n`;
  }
  const bare = quotedText ? value.slice(1, -1) : value;
  const wrong = `ERROR: The value "${bare}" for parameter "${name}" is incorrect, requires a ${kinds[type] ?? type} value\n${hint}`;
  if (type === 'bool') {
    return /^(on|off|true|false|yes|no|1|0)$/i.test(bare) ? undefined : wrong;
  }
  if (type === 'enum') {
    return parameter.list || parameter.words.some((one) => one.toLowerCase() === bare.toLowerCase())
      ? undefined
      : `ERROR: The value "${bare}" is outside the valid range(${parameter.words.join(',')}) for parameter "${name}".\n${wrong}`;
  }
  if (type === 'string') {
    return undefined;
  }
  if (type !== 'real' && !/^-?\d+\s*[A-Za-z]*$/.test(bare)) {
    return `ERROR: The parameter "${name}" requires an integer value.\n${wrong}`;
  }
  // Of this one gs_guc has a lower limit than the server.
  const lower = name === 'xlog_file_size' ? 1_048_576n : undefined;
  if (lower !== undefined && BigInt(bare) >= lower && BigInt(bare) <= 576_460_752_303_423_487n) {
    return undefined;
  }
  return parseValue(parameter, bare).ok
    ? undefined
    : `ERROR: The value ${bare} is outside the valid range for parameter "${name}" (${String(lower ?? parameter.min)} .. ${String(parameter.max)}).\n${wrong}`;
}

function check(catalogue: Catalogue, one: Assignment): string | undefined {
  const illegal = /[^A-Za-z0-9_]/.exec(one.name)?.[0];
  if (illegal !== undefined) {
    return `The parameter(${one.name})exists illegal character:${illegal}\n${hint}`;
  }
  const parameter = catalogue.get(one.name);
  if (parameter === undefined || !parameter.gsGuc.knows) {
    return badName(one.name);
  }
  if (one.value === undefined) {
    return undefined;
  }
  if (one.value.includes('#')) {
    return `The parameter(${one.value}) exists illegal character:# \n${hint}`;
  }
  const first = /^[^0-9A-Za-z'-]/.exec(one.value)?.[0];
  if (first !== undefined) {
    return `The parameter(${one.value}) exists illegal character:${first}\n${hint}`;
  }
  return refusal(parameter, one.value);
}

function assignmentOf(text: string): Assignment {
  const at = text.indexOf('=');
  return at < 0
    ? { name: text.trim(), value: undefined }
    : { name: text.slice(0, at).trim(), value: text.slice(at + 1).trim() };
}

function comment(text: string, name: string): string {
  return text
    .split('\n')
    .map((line) => (new RegExp(`^\\s*${name}\\s*=`).test(line) ? `#${line}` : line))
    .join('\n');
}

interface Call {
  readonly operation: 'set' | 'reload' | 'check';
  readonly file: string;
  readonly dataDir: string;
  readonly assignments: readonly Assignment[];
  readonly policies: readonly string[];
}

function signal(dataDir: string): boolean {
  const pid = writerOf(join(dataDir, 'postmaster.pid'));
  if (pid === 0) {
    return false;
  }
  process.kill(pid, 'SIGHUP');
  out('server signaled\n');
  return true;
}

function change(call: Call): number {
  const { file, operation } = call;
  let text = readText(file) ?? '';
  out(`expected instance path: [${file}]\n`);
  for (const { name, value } of call.assignments) {
    const found = findAsGsGuc(parseConf(text), name);
    if (found !== undefined && found.matches > 1) {
      out(
        `WARNING: There are ${found.matches} '${name}' not commented in "postgresql.conf", and only the last one in ${found.line + 1}th line will be set and used.\n`,
      );
    }
    text =
      value === undefined
        ? comment(text, name)
        : applyEdits(text, setParameter(parseConf(text), name, value));
    out(
      `gs_guc ${operation}: ${value === undefined ? `#${name}` : `${name}=${value}`}: [${file}]\n`,
    );
  }
  replaceFile(file, text);
  replaceFile(join(call.dataDir, 'postgresql.conf.lock'), '');
  if (call.policies.length > 0) {
    const hba = join(call.dataDir, 'pg_hba.conf');
    let rules = readText(hba) ?? '';
    for (const policy of call.policies) {
      rules = `${rules.replace(/\n*$/, '\n')}${policy}\n`;
      out(`gs_guc ${operation}hba: ${policy}: [${hba}]\n`);
    }
    replaceFile(hba, rules);
  }
  const failed = operation === 'reload' && !signal(call.dataDir) ? 1 : 0;
  out(
    `\nTotal instances: 1. Failed instances: ${failed}.\n${failed === 0 ? 'Success' : 'Failure'} to perform gs_guc!\n\n`,
  );
  return failed;
}

function show(call: Call): number {
  const text = readText(call.file) ?? '';
  const lines = text.split('\n');
  const name = hostname();
  let details = '';
  for (const { name: parameter } of call.assignments) {
    const document = parseConf(text);
    const found = findAsGsGuc(document, parameter);
    const value =
      found === undefined || found.commented
        ? 'NULL'
        : (/=\s*('(?:[^']|'')*'|[^#]*?)\s*(?:#.*)?$/.exec(lines[found.line] ?? '')?.[1] ?? 'NULL');
    out(`expected guc information: ${name}: ${parameter}=NULL: [${call.file}]\n`);
    out(`gs_guc check: ${name}: ${parameter}=${value}: [${call.file}]\n`);
    details += `The details for ${parameter}:\n    [${name}]  ${parameter}=${value}  [${call.file}]\n`;
  }
  out(`\nTotal GUC values: ${call.assignments.length}. Failed GUC values: 0.\n${details}\n`);
  return 0;
}

/** `gs_guc`; @returns its exit code. */
export async function gsGuc(host: LabHost, args: readonly string[]): Promise<number> {
  const [operation, ...rest] = args;
  if (operation === '-V' || operation === '--version') {
    out('gs_guc (openGauss) 9.2.4\n');
    return 0;
  }
  if (operation === '--help' || operation === '-?') {
    out('gs_guc is an inferface to modify config files or encrypt plain text to cipher text.\n');
    return 0;
  }
  if (operation !== 'set' && operation !== 'reload' && operation !== 'check') {
    out(`gs_guc: no operation specified\n${hint}`);
    return 1;
  }
  let folder = process.env['PGDATA'];
  const assignments: Assignment[] = [];
  const policies: string[] = [];
  for (let index = 0; index < rest.length; index += 1) {
    const word = rest[index] ?? '';
    const value = rest[index + 1] ?? '';
    index += 1;
    switch (word) {
      case '-D':
        folder = value;
        break;
      case '-c':
        assignments.push(assignmentOf(value));
        break;
      case '-h':
        policies.push(value);
        break;
      case '-Z':
        if (!['datanode', 'cmserver', 'cmagent'].includes(value)) {
          out(`gs_guc: unrecognized node type "${value}"\n${hint}`);
          return 1;
        }
        break;
      case '-I':
      case '-N':
        break;
      default:
        index -= 1;
    }
  }
  if (folder === undefined) {
    out(`gs_guc: no database directory specified and environment variable PGDATA unset\n${hint}`);
    return 1;
  }
  const dataDir = resolve(folder);
  const file = join(dataDir, 'postgresql.conf');
  if (!existsSync(file)) {
    out(`gs_guc: the directory "${dataDir}" does not hold postgresql.conf\n${hint}`);
    return 1;
  }
  if (existsSync(join(dataDir, 'gs_build.pid'))) {
    out('gs_guc: a build is running in this directory\n');
    return 1;
  }
  const catalogue = await loadCatalogue(
    host.version === '5.0.0' ? '5.0.0' : '7.0.0-RC1',
    'release',
  );
  for (const one of assignments) {
    const reason = check(catalogue, operation === 'check' ? { ...one, value: undefined } : one);
    if (reason !== undefined) {
      out(reason);
      return 1;
    }
  }
  const call: Call = { operation, file, dataDir, assignments, policies };
  return operation === 'check' ? show(call) : change(call);
}
