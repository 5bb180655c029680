/** `npm run soak -- hosts --minutes N`: random faults for a long time; exit code 1 when anything went wrong. */
import { soakHosts } from './hosts.ts';

const args = process.argv.slice(2);
const minutes = Number(args[args.indexOf('--minutes') + 1] ?? 10);
if (args[0] !== 'hosts') {
  console.error('Usage: npm run soak -- hosts [--minutes N]');
  process.exitCode = 2;
} else {
  const length = args.includes('--minutes') && minutes > 0 ? minutes : 10;
  void soakHosts(length * 60_000, (text) => console.log(text))
    .then((report) => {
      console.log(report.skipped ?? JSON.stringify(report, undefined, 2));
      process.exitCode = report.wrong.length > 0 ? 1 : 0;
      process.exit();
    })
    .catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
}
