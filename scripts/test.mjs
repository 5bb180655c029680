// npm test: everything that must pass. See scripts/test/main.ts.
import { bootstrap } from './bootstrap.mjs';

await bootstrap();
const { main } = await import('./test/main.ts');
process.exitCode = await main(process.argv.slice(2));
