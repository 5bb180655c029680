import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/**
 * The page of a webview: one script and one style sheet of ours, nothing else. Data comes by messages only; nothing is
 * written into the page, and it can reach no network.
 */
export function webviewPage(
  webview: vscode.Webview,
  extension: vscode.Uri,
  name: string,
  title: string,
): string {
  const file = (path: string): string =>
    webview.asWebviewUri(vscode.Uri.joinPath(extension, 'dist', 'webview', path)).toString();
  const nonce = randomBytes(16).toString('base64');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
    `font-src ${webview.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!DOCTYPE html>
<html lang="${vscode.env.language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="${file(`${name}.css`)}">
<title>${escapeHtml(title)}</title>
</head>
<body>
<script nonce="${nonce}" src="${file(`${name}.js`)}"></script>
</body>
</html>`;
}

/** Where webviews may load from. */
export function webviewRoots(extension: vscode.Uri): readonly vscode.Uri[] {
  return [vscode.Uri.joinPath(extension, 'dist', 'webview')];
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
