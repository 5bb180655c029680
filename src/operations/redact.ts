/**
 * Blacks out secrets in whatever is shown or stored. Secrets are never put into command lines; this is the second
 * wall, against tools that echo them.
 */
export class Redactor {
  private readonly secrets = new Set<string>();

  add(secret: string): void {
    if (secret.length >= 4) {
      this.secrets.add(secret);
    }
  }

  redact(text: string): string {
    let clean = text;
    for (const secret of this.secrets) {
      clean = clean.split(secret).join('••••••');
    }
    return clean;
  }
}
