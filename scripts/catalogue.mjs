// Makes src/config/catalogue/data.ts from two lists: every parameter with its record for each openGauss version, and
// gs_guc's own list for each version.
//   node scripts/catalogue.mjs VERSIONS.json GSGUC.json OUTSIDE.json
// VERSIONS: [{name, versions: {version: record or "=" (as before)}}]; GSGUC: {version: {name: {type, range, unit, page,
// debugOnly}}}; OUTSIDE: {version: {debug, tassl, distribute: [names that only such builds know]}}.
import { readFile, writeFile } from 'node:fs/promises';

const order = ['3.0.0', '3.1.0', '5.0.0', '5.1.0', '6.0.0', '7.0.0-RC1', 'master'];
const kept = order.slice(2);

const [versionsFile, gsGucFile, outsideFile] = process.argv.slice(2);
if (outsideFile === undefined) {
  console.error('usage: node scripts/catalogue.mjs VERSIONS.json GSGUC.json OUTSIDE.json');
  process.exit(2);
}
/** Integers that a JavaScript number cannot hold stay text. */
const read = async (file) =>
  JSON.parse((await readFile(file, 'utf8')).replace(/:(-?\d{16,})(?=[,}])/g, ':"$1"'));
const parameters = await read(versionsFile);
const gsGuc = await read(gsGucFile);
const outside = await read(outsideFile);

/** Records of the names that only a debug build knows (guc_storage.cpp, guc_memory.cpp under USE_ASSERT_CHECKING). */
const count = { type: 'int', min: 0, max: 2147483647, context: 'sighup' };
const text = { type: 'string', default: '', context: 'sighup', flags: ['list_input'] };
const debugRecords = {
  enable_memory_context_check_debug: { type: 'bool', default: false, context: 'postmaster' },
  ss_enable_reform: { type: 'bool', default: true, context: 'postmaster' },
  ss_enable_verify_page: { type: 'bool', default: true, context: 'sighup' },
  ss_fi_cpu_latency_entries: { ...text, checkHook: 'check_ss_fi_entries' },
  ss_fi_cpu_latency_ms: { ...count, default: 10 },
  ss_fi_custom_fault_entries: { ...text, checkHook: 'check_ss_fi_entries' },
  ss_fi_custom_fault_param: { ...count, default: 3000 },
  ss_fi_net_latency_entries: { ...text, checkHook: 'check_ss_fi_entries' },
  ss_fi_net_latency_ms: { ...count, default: 10 },
  ss_fi_packet_loss_entries: { ...text, checkHook: 'check_ss_fi_entries' },
  ss_fi_packet_loss_prob: { ...count, default: 10, max: 100 },
  ss_fi_process_fault_entries: { ...text, checkHook: 'check_ss_fi_entries' },
  ss_fi_process_fault_prob: { ...count, default: 10, max: 100 },
};

const all = new Map(parameters.map(({ name, versions }) => [name, versions]));
const known = new Map();
for (const [name, versions] of all) {
  let before;
  for (const version of order) {
    const record = versions[version] === '=' ? before : versions[version];
    before = record;
    if (record !== undefined && kept.includes(version)) {
      known.set(name, (known.get(name) ?? new Map()).set(version, record));
    }
  }
}
for (const version of kept) {
  for (const name of outside[version].debug) {
    known.set(
      name,
      (known.get(name) ?? new Map()).set(version, { ...debugRecords[name], build: 'debug' }),
    );
  }
}

/** What gs_guc thinks, left out where it agrees with the server, `null` where it does not know the name. */
function toolRecord(version, name, record) {
  const tool = gsGuc[version][name];
  if (tool === undefined || (tool.debugOnly === true && record.build !== 'debug')) {
    return null;
  }
  const range = record.min === undefined ? undefined : `${record.min},${record.max}`;
  const same = tool.type === record.type && (record.type === 'enum' || tool.range === range);
  return same || tool.type === 'string' || tool.type === 'bool' || tool.type === 'real'
    ? undefined
    : { type: tool.type, range: tool.range };
}

const lines = [...known]
  .sort(([a], [b]) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))
  .map(([name, versions]) => {
    const groups = new Map();
    for (const [version, record] of versions) {
      const compact = {
        t: record.type,
        d: record.default,
        n: record.min,
        x: record.max,
        u: record.unit,
        c: record.context,
        e: record.enumValues,
        h: record.hiddenEnumValues,
        f: record.flags?.filter((flag) =>
          ['is_name', 'list_input', 'superuser_only'].includes(flag),
        ),
        k: record.checkHook,
        b: record.build === 'debug' ? 'debug' : undefined,
        g: toolRecord(version, name, record),
      };
      if (compact.f?.length === 0) {
        delete compact.f;
      }
      const key = JSON.stringify(compact);
      groups.set(key, (groups.get(key) ?? '') + String(kept.indexOf(version)));
    }
    return `${name} [${[...groups].map(([key, mask]) => `{"v":"${mask}",${key.slice(1)}`).join(',')}]`;
  });

const foreign = new Map();
for (const [index, version] of kept.entries()) {
  for (const build of ['tassl', 'distribute']) {
    for (const name of outside[version][build]) {
      if (known.get(name)?.has(version) !== true) {
        const key = `${name} ${build}`;
        foreign.set(key, (foreign.get(key) ?? '') + String(index));
      }
    }
  }
}
for (const [name, versions] of all) {
  if (!known.has(name) && ![...foreign.keys()].some((key) => key.startsWith(`${name} `))) {
    foreign.set(`${name} ${Object.keys(versions).includes('3.1.0') ? '3.1.0' : '3.0.0'}`, '');
  }
}

const block = (rows) => {
  const joined = rows.join('\n');
  if (/[`]|\$\{/.test(joined)) {
    throw new Error('The data holds a character that a template cannot hold.');
  }
  return `String.raw\`\n${joined}\n\``;
};
await writeFile(
  new URL('../src/config/catalogue/data.ts', import.meta.url),
  `// Made by scripts/catalogue.mjs. Do not edit.

/**
 * One parameter a line: its name and its records as JSON. \`v\` versions (places in \`serverVersions\`), \`t\` type, \`d\` default,
 * \`n\` and \`x\` least and greatest, \`u\` unit, \`c\` context, \`e\` words, \`h\` words that messages do not list, \`f\` flags,
 * \`k\` check hook, \`b\` build that knows it, \`g\` gs_guc's different type and range, or null where gs_guc refuses the name.
 */
export const parameterLines = ${block(lines)};

/** Names that no supported release build of a single node knows: name, build or last version, versions. */
export const foreignLines = ${block([...foreign].sort().map(([key, mask]) => `${key} ${mask}`.trim()))};
`,
);
console.log(`${lines.length} parameters, ${foreign.size} names of other builds`);
