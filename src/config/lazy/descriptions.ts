export { describeParameter } from '../text/describe.ts';
