import { appendFileSync, closeSync, mkdirSync, openSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isOn } from '../conf.ts';
import type { Settings } from '../conf.ts';
import { stamp, writeAll } from '../print.ts';

/** The server's log: standard error until the logger has started, then a file in log_directory. */
export class ServerLog {
  private file: string | undefined;
  private readonly thread = 139_000_000_000_000 + process.pid * 256;

  line(level: string, text: string): void {
    const line =
      `${stamp()} [unknown] [unknown] localhost ${this.thread} 0[0:0#0]  0 [BACKEND] ` +
      `${level}:  ${text}\n`;
    if (this.file === undefined) {
      writeAll(2, line);
      return;
    }
    try {
      appendFileSync(this.file, line, { mode: 0o600 });
    } catch {
      // A full disk costs the log, not the server.
    }
  }

  /** Lines that begin with their level. */
  lines(lines: readonly string[]): void {
    for (const text of lines) {
      const [level = '', ...rest] = text.split(':  ');
      this.line(level, rest.join(':  '));
    }
  }

  /** Text without a prefix, as messages come that are older than the logger. */
  raw(text: string): void {
    writeAll(2, `${text}\n`);
  }

  /**
   * With logging_collector on, log lines go to a file from now on and the outputs are let go of, so that whoever started
   * the server through a pipe sees its end.
   */
  collect(dataDir: string, settings: Settings): void {
    if (!isOn(settings, 'logging_collector')) {
      return;
    }
    const given = settings.get('log_directory') ?? 'pg_log';
    const folder = isAbsolute(given) ? given : join(dataDir, given);
    mkdirSync(folder, { recursive: true });
    const name = stamp().slice(0, 19).replace(' ', '_').replace(/:/g, '');
    this.file = join(folder, `postgresql-${name}.log`);
    for (const fd of [1, 2]) {
      closeSync(fd);
      openSync('/dev/null', 'w');
    }
  }
}
