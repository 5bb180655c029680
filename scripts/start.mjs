// npm start: a real VS Code with the extension and the lab, on one address. See scripts/start/main.ts.
import { bootstrap } from './bootstrap.mjs';

const load = await bootstrap();
process.exitCode = await load('./start/main.ts').main(process.argv.slice(2));
