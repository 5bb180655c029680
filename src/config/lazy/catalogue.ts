export { foreignLines, parameterLines } from '../catalogue/data.ts';
