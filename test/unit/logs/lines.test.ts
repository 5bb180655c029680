import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { firstError, LogTail, severityOf } from '../../../src/operations/logs/lines.ts';

describe('lines of logs', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['2026-01-02 10:00:00.000 abc [BACKEND] FATAL:  could not lock lock file', 'error'],
    ['2026-01-02 10:00:00 123.456 PANIC:  could not open xlog file', 'error'],
    ['UTC 2026-01-02 10:00:00.000|DSS|00000|123|ERROR>Failed to lock vg', 'error'],
    ['2026-01-02 10:00:00 WARNING:  could not create any HA TCP/IP sockets', 'warning'],
    ['2026-01-02 10:00:00 LOG:  statement: select \'ERROR\', "FATAL"', 'info'],
    ['2026-01-02 10:00:00 DEBUG1:  snapshot', 'debug'],
    ['database system is ready to accept connections', 'info'],
  ];
  for (const [line, severity] of cases) {
    it(`takes "${line.slice(0, 60)}" for ${severity}`, () =>
      assert.equal(severityOf(line), severity));
  }

  it('finds the first error, also from a line on', () => {
    const lines = ['LOG: a', 'ERROR: b', 'LOG: c', 'FATAL: d'];
    assert.equal(firstError(lines), 1);
    assert.equal(firstError(lines, 2), 3);
    assert.equal(firstError(['LOG: a']), undefined);
  });

  it('keeps the last lines however the text is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 }), {
          maxLength: 20,
        }),
        fc.integer({ min: 1, max: 6 }),
        (chunks, capacity) => {
          const tail = new LogTail(capacity);
          chunks.forEach((chunk) => tail.add(chunk));
          const whole = chunks.join('').split('\n');
          const rest = whole.pop() ?? '';
          assert.equal(tail.text, [...whole.slice(-capacity), rest].join('\n'));
          assert.equal(tail.missing, Math.max(0, whole.length - capacity));
        },
      ),
    );
  });

  it('keeps so many characters at most, and counts the lines that went', () => {
    const tail = new LogTail(10_000);
    const line = 'x'.repeat(3999);
    for (let chunk = 0; chunk < 100; chunk += 1) {
      tail.add(`${line}\n`.repeat(100));
    }
    tail.add('end\n');
    assert.ok(tail.text.length <= 8 * 1024 * 1024, String(tail.text.length));
    assert.ok(tail.text.length > 8 * 1024 * 1024 - 4000, 'no more than needed is dropped');
    assert.equal(tail.missing + tail.all.length, 10_001);
    assert.equal(tail.all.at(-1), 'end');
  });

  it('keep no line whole that never ends', () => {
    const tail = new LogTail(10);
    for (let chunk = 0; chunk < 200; chunk += 1) {
      tail.add('x'.repeat(10_000));
    }
    tail.add('\nend\n');
    assert.ok(tail.text.length < 10 * 5000, String(tail.text.length));
    assert.equal(tail.all.at(-1), 'end');
  });
});
