/**
 * `npm run bench -- refresh [nodes|sizes|activation …] [--quick]`: how long a full refresh takes, what it costs, what the extension
 * weighs and how long it takes to activate. Without words all is measured.
 */
import { benchActivation } from './refresh/activation.ts';
import { benchNodes } from './refresh/nodes.ts';
import { benchSizes } from './refresh/sizes.ts';

export async function bench(args: readonly string[]): Promise<void> {
  const quick = args.includes('--quick');
  const words = args.filter((word) => !word.startsWith('--'));
  const wanted = (name: string): boolean => words.length === 0 || words.includes(name);
  if (wanted('nodes')) {
    await benchNodes(quick);
  }
  if (wanted('sizes')) {
    await benchSizes();
  }
  if (wanted('activation')) {
    await benchActivation(quick ? 3 : 9);
  }
}
