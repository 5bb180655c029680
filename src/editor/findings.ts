import * as vscode from 'vscode';
import type { Finding, Severity, TextRange } from '../base/finding.ts';

const severities: Readonly<Record<Severity, vscode.DiagnosticSeverity>> = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
  hint: vscode.DiagnosticSeverity.Hint,
};

/** What VS Code's Problems panel shows as the source of our findings. */
export const diagnosticSource = 'openGauss';

/** How VS Code shows a severity. */
export function diagnosticSeverity(severity: Severity): vscode.DiagnosticSeverity {
  return severities[severity];
}

export function toRange(document: vscode.TextDocument, range: TextRange): vscode.Range {
  return new vscode.Range(document.positionAt(range.start), document.positionAt(range.end));
}

/** Findings as VS Code's diagnostics, with the other places that belong to them in the same file. */
export function toDiagnostics(
  document: vscode.TextDocument,
  findings: readonly Finding[],
): vscode.Diagnostic[] {
  return findings.map((finding) => {
    const diagnostic = new vscode.Diagnostic(
      toRange(document, finding.range),
      finding.message,
      severities[finding.severity],
    );
    diagnostic.source = diagnosticSource;
    diagnostic.code = finding.code;
    const related = (finding.related ?? []).filter((place) => place.file === undefined);
    diagnostic.relatedInformation = related.map(
      (place) =>
        new vscode.DiagnosticRelatedInformation(
          new vscode.Location(document.uri, toRange(document, place.range)),
          place.message,
        ),
    );
    return diagnostic;
  });
}
