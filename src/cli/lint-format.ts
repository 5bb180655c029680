/** The four ways in which `lint` prints its findings. */
import type { Finding, Severity } from '../base/finding.ts';
import { LineIndex } from '../base/position.ts';

export const lintFormats = ['text', 'json', 'github', 'sarif'] as const;
export type LintFormat = (typeof lintFormats)[number];

/** A finding with its place in a file: lines and columns count from 1, columns in UTF-16 units, the end is exclusive. */
export interface PlacedFinding {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: Severity;
  readonly stage: Finding['stage'];
  readonly code: string;
  readonly message: string;
}

/** Findings of a text with their lines and columns. */
export function place(
  file: string,
  text: string,
  findings: readonly Finding[],
): readonly PlacedFinding[] {
  const lines = new LineIndex(text);
  return findings.map(({ range, severity, stage, code, message }) => {
    const { line, column } = lines.at(range.start);
    const end = lines.at(Math.max(range.start, range.end));
    return {
      file,
      line,
      column,
      endLine: end.line,
      endColumn: end.column,
      severity,
      stage,
      code,
      message,
    };
  });
}

function text(findings: readonly PlacedFinding[], files: number): string {
  const lines = findings.map(
    ({ file, line, column, severity, code, message }) =>
      `${file}:${line}:${column}: ${severity} ${code}: ${message.replaceAll('\n', '\n    ')}`,
  );
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.filter(({ severity }) => severity === 'warning').length;
  return [...lines, `${files} files, ${errors} errors, ${warnings} warnings`, ''].join('\n');
}

/** Escapes of GitHub's workflow commands. */
function escapeData(value: string): string {
  return value.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(value: string): string {
  return escapeData(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

const githubCommands: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'notice',
  hint: 'notice',
};

function github(findings: readonly PlacedFinding[]): string {
  return findings
    .map(
      ({ file, line, column, endLine, endColumn, severity, code, message }) =>
        `::${githubCommands[severity]} file=${escapeProperty(file)},line=${line},col=${column},` +
        `endLine=${endLine},endColumn=${endColumn},title=${escapeProperty(code)}::${escapeData(message)}\n`,
    )
    .join('');
}

const sarifLevels: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
  hint: 'note',
};

/** A path as a relative or absolute URI reference. */
function uriOf(file: string): string {
  return encodeURI(file.replaceAll('\\', '/')).replaceAll('#', '%23').replaceAll('?', '%3F');
}

function sarif(findings: readonly PlacedFinding[]): string {
  const codes = [...new Set(findings.map(({ code }) => code))].sort();
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'opengauss-dual-cluster',
            rules: codes.map((id) => ({ id })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(
          ({ file, line, column, endLine, endColumn, severity, code, stage, message }) => ({
            ruleId: code,
            ruleIndex: codes.indexOf(code),
            level: sarifLevels[severity],
            message: { text: message },
            locations: [
              {
                physicalLocation: {
                  artifactLocation: { uri: uriOf(file) },
                  region: {
                    startLine: line,
                    startColumn: column,
                    endLine,
                    endColumn,
                  },
                },
              },
            ],
            properties: { stage },
          }),
        ),
      },
    ],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

/** All findings in a format. */
export function formatFindings(
  format: LintFormat,
  findings: readonly PlacedFinding[],
  files: number,
): string {
  switch (format) {
    case 'text':
      return text(findings, files);
    case 'json':
      return `${JSON.stringify({ findings }, null, 2)}\n`;
    case 'github':
      return github(findings);
    case 'sarif':
      return sarif(findings);
  }
}
