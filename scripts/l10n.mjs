// Gathers every text for people and keeps the Chinese bundle complete.
//   node scripts/l10n.mjs           writes l10n/bundle.l10n.zh-cn.json from l10n/zh-cn/*.json
//   node scripts/l10n.mjs --check   changes nothing; fails when a text has no translation, a translation has no text,
//                                   placeholders differ, or the bundle is not what would be written
//   node scripts/l10n.mjs --missing prints the texts of each room that have no translation yet
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const bundleFile = path.join(root, 'l10n', 'bundle.l10n.zh-cn.json');
const partsFolder = path.join(root, 'l10n', 'zh-cn');
const args = new Set(process.argv.slice(2));
const problems = [];

/** All TypeScript files below a folder. */
async function sources(folder) {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .sort();
}

/** The literal text of an expression, also of literals joined by `+`; undefined for anything else. */
function literal(node) {
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isParenthesizedExpression(node)) {
    return literal(node.expression);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const left = literal(node.left);
    const right = literal(node.right);
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

/** Text → the places where it stands. */
const texts = new Map();
for (const file of [...(await sources('src')), ...(await sources('webview'))]) {
  const source = ts.createSourceFile(
    file,
    await readFile(path.join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const visit = (node) => {
    if (
      ts.isCallExpression(node) &&
      ts.isIdentifier(node.expression) &&
      node.expression.text === 't'
    ) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      const place = `${file}:${line + 1}`;
      const text = node.arguments[0] === undefined ? undefined : literal(node.arguments[0]);
      if (text === undefined) {
        problems.push(`${place}: the first argument of t() must be a literal`);
      } else {
        texts.set(text, [...(texts.get(text) ?? []), place]);
        for (const index of placeholders(text)) {
          if (Number(index) >= node.arguments.length - 1) {
            problems.push(`${place}: {${index}} has no argument`);
          }
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function placeholders(text) {
  return [...new Set([...text.matchAll(/\{(\d+)\}/g)].map((match) => match[1]))].sort();
}

/** Text → translation, with the part that it comes from. */
const translations = new Map();
for (const name of (await readdir(partsFolder)).filter((one) => one.endsWith('.json')).sort()) {
  const part = JSON.parse(await readFile(path.join(partsFolder, name), 'utf8'));
  for (const [text, translation] of Object.entries(part)) {
    const other = translations.get(text);
    if (other !== undefined && other.translation !== translation) {
      problems.push(`l10n/zh-cn/${name}: "${text}" is translated otherwise in ${other.name}`);
    }
    if (typeof translation !== 'string' || translation.trim() === '') {
      problems.push(`l10n/zh-cn/${name}: "${text}" has an empty translation`);
    } else if (placeholders(text).join() !== placeholders(translation).join()) {
      problems.push(
        `l10n/zh-cn/${name}: the placeholders of "${text}" and of its translation differ`,
      );
    }
    if (!texts.has(text)) {
      problems.push(`l10n/zh-cn/${name}: "${text}" is used nowhere`);
    }
    translations.set(text, { translation, name });
  }
}
const missing = [...texts].filter(([text]) => !translations.has(text));
for (const [text, places] of missing) {
  problems.push(`${places[0]}: "${text}" has no Chinese translation`);
}

// The manifest's own texts: %key% of package.json must be in both files, and nothing else.
const manifest = await readFile(path.join(root, 'package.json'), 'utf8');
const keys = new Set([...manifest.matchAll(/"%([^%"]+)%"/g)].map((match) => match[1]));
for (const name of ['package.nls.json', 'package.nls.zh-cn.json']) {
  const known = JSON.parse(await readFile(path.join(root, name), 'utf8'));
  for (const key of keys) {
    if (typeof known[key] !== 'string' || known[key] === '') {
      problems.push(`${name}: "${key}" is missing`);
    }
  }
  for (const key of Object.keys(known)) {
    if (!keys.has(key)) {
      problems.push(`${name}: "${key}" is used nowhere`);
    }
  }
}

const bundle = `${JSON.stringify(
  Object.fromEntries(
    [...translations]
      .filter(([text]) => texts.has(text))
      .map(([text, { translation }]) => [text, translation])
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  ),
  undefined,
  2,
)}\n`;

if (args.has('--missing')) {
  const rooms = {};
  for (const [text, places] of missing) {
    const room = places[0].split(/[/:]/).slice(0, 2).join('/');
    (rooms[room] ??= []).push(text);
  }
  console.log(JSON.stringify(rooms, undefined, 2));
} else if (args.has('--check')) {
  const written = await readFile(bundleFile, 'utf8').catch(() => '');
  if (written !== bundle) {
    problems.push('l10n/bundle.l10n.zh-cn.json is not up to date: run `npm run l10n`');
  }
  for (const problem of problems) {
    console.error(problem);
  }
  console.log(
    `${texts.size} texts, ${translations.size} translations, ${problems.length} problems`,
  );
  process.exitCode = problems.length === 0 ? 0 : 1;
} else {
  await writeFile(bundleFile, bundle);
  console.log(
    `${texts.size} texts, ${missing.length} without translation, ${problems.length} problems; --check lists them`,
  );
}
