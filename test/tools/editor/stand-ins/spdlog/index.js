// What VS Code 1.100 uses of @vscode/spdlog, without compiled code: lines are appended to a file,
// which is turned over to <name>.<n>.<extension> when it has reached its size.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname, extname } from 'node:path';

/** The levels of spdlog; VS Code passes their numbers. */
const names = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const off = names.length;

class Logger {
  #path;
  #limit;
  #count;
  #size;
  #level = 2;
  #plain = false;

  constructor(path, limit, count) {
    this.#path = path;
    this.#limit = limit;
    this.#count = count;
    mkdirSync(dirname(path), { recursive: true });
    this.#size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }

  getLevel() {
    return this.#level;
  }
  setLevel(level) {
    this.#level = level;
  }
  setPattern() {
    this.#plain = false;
  }
  clearFormatters() {
    this.#plain = true;
  }
  trace(text) {
    this.#write(0, text);
  }
  debug(text) {
    this.#write(1, text);
  }
  info(text) {
    this.#write(2, text);
  }
  warn(text) {
    this.#write(3, text);
  }
  error(text) {
    this.#write(4, text);
  }
  critical(text) {
    this.#write(5, text);
  }
  /** Every line is written at once, so there is nothing to flush. */
  flush() {}
  /** No file is held open, so there is nothing to close. */
  drop() {
    this.#level = off;
  }

  #write(level, text) {
    if (level < this.#level) return;
    const line = this.#plain ? text : `${timestamp()} [${names[level]}] ${text}\n`;
    try {
      if (this.#size > 0 && this.#size + line.length > this.#limit) this.#turnOver();
      appendFileSync(this.#path, line);
      this.#size += Buffer.byteLength(line);
    } catch {
      // A log that cannot be written must not stop the editor.
    }
  }

  #turnOver() {
    const extension = extname(this.#path);
    const stem = this.#path.slice(0, this.#path.length - extension.length);
    const part = (n) => (n === 0 ? this.#path : `${stem}.${n}${extension}`);
    for (let n = this.#count - 1; n > 0; n--) {
      if (statSync(part(n - 1), { throwIfNoEntry: false })) renameSync(part(n - 1), part(n));
    }
    this.#size = 0;
  }
}

function timestamp() {
  const now = new Date();
  const local = new Date(now.getTime() - now.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 23).replace('T', ' ');
}

/** Creates a logger; the name is not needed, since loggers are not looked up by it. */
export async function createAsyncRotatingLogger(_name, path, limit, count) {
  return new Logger(path, limit, count);
}
export const createRotatingLogger = createAsyncRotatingLogger;

/** Every line is flushed, whatever the level. */
export function setFlushOn() {}
export function setLevel() {}
export function shutdown() {}
export const version = 0;
