// npm test: everything that must pass. See scripts/test/main.ts.
import { bootstrap } from './bootstrap.mjs';

const load = await bootstrap();
process.exitCode = await load('./test/main.ts').main(process.argv.slice(2));
