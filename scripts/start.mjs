// npm start: a real VS Code with the extension and the lab, on one address. See scripts/start/main.ts.
import { bootstrap } from './bootstrap.mjs';

await bootstrap();
const { main } = await import('./start/main.ts');
process.exitCode = await main(process.argv.slice(2));
