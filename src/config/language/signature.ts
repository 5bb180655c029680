import { t } from '../../base/l10n.ts';
import { channelKeys } from '../cluster/channels.ts';
import { isReplconninfo, lineOf } from './position.ts';
import type { ConfPosition, SignatureHelp } from './types.ts';

/** The parts of a replconninfo, with the one that is being written. */
export function signatureConf(position: ConfPosition): SignatureHelp | undefined {
  const at = lineOf(position);
  const { name } = at?.line ?? {};
  if (at === undefined || name === undefined || !isReplconninfo(name.text)) {
    return undefined;
  }
  const before = at.line.text.slice(0, at.column);
  const quote = before.indexOf("'");
  if (quote < 0 || before.indexOf("'", quote + 1) >= 0) {
    return undefined;
  }
  const channel = before.slice(Math.max(quote, before.lastIndexOf(',')) + 1);
  let active = 0;
  let last = -1;
  for (const [index, key] of channelKeys.entries()) {
    const found = channel.lastIndexOf(key);
    if (found > last) {
      last = found;
      active = index;
    }
  }
  // Behind a value and a blank the next part begins.
  if (last >= 0 && /=\s*\S+\s+\w*$/.test(channel.slice(last))) {
    active = Math.min(active + 1, channelKeys.length - 1);
  }
  const parameters = [
    {
      label: 'localhost=ADDRESS',
      documentation: t(
        'An address of this node on which the other cluster reaches it, in numbers.',
      ),
    },
    {
      label: 'localport=PORT',
      documentation: t('The port of this node, or the one above it (HA port).'),
    },
    {
      label: 'remotehost=ADDRESS',
      documentation: t('The address of one node of the other cluster.'),
    },
    {
      label: 'remoteport=PORT',
      documentation: t('The port of that node, or the one above it (HA port).'),
    },
  ];
  return { label: parameters.map((each) => each.label).join(' '), parameters, active };
}
