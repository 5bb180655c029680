import { t } from '../base/l10n.ts';
import { parseGsCtlQuery } from './gs-ctl-query.ts';
import type { GsCtlQuery, NodeRole, NodeState, Reading, ReplicationTuple } from './types.ts';

/** What came of running `gs_ctl query` for a node. */
export interface QueryAnswer {
  readonly stdout: string;
  readonly stderr: string;
  /** Its exit code, which says little: 0 also for a server that does not answer. */
  readonly code: number;
  /** It was ended after its time limit. */
  readonly timedOut: boolean;
  /** Milliseconds since 1970 when the answer came. */
  readonly time: number;
  /** The time limit in milliseconds, for the message. */
  readonly timeout: number;
}

const roles: readonly NodeRole[] = [
  'Primary',
  'Standby',
  'Main Standby',
  'Cascade Standby',
  'Normal',
  'Pending',
  'Unknown',
];

/** openGauss's role of a printed one; `Unknown` for what openGauss does not print. */
export function roleNamed(printed: string): NodeRole {
  return roles.find((role) => role === printed) ?? 'Unknown';
}

/** The state of a node by the answer to `gs_ctl query`. */
export function classifyAnswer(answer: QueryAnswer): NodeState {
  const { time } = answer;
  if (answer.timedOut) {
    return {
      kind: 'offline',
      time,
      reason: t('The server does not answer within {0} s.', Math.round(answer.timeout / 100) / 10),
    };
  }
  const query = parseGsCtlQuery(answer.stdout);
  if (query.kind !== 'unrecognised') {
    return classifyQuery({ query, raw: answer.stdout, time });
  }
  return withoutQuery(answer, query);
}

/** The state of a node by what `gs_ctl query` said. */
export function classifyQuery(reading: Reading): NodeState {
  const { query, time } = reading;
  switch (query.kind) {
    case 'online':
      return answering(reading);
    case 'offline':
      return {
        kind: 'offline',
        time,
        reading,
        reason: t(
          'The server runs and does not let anybody in: {0}',
          oneLine(query.haState?.detailInformation ?? query.message),
        ),
      };
    case 'not-running':
      return {
        kind: 'offline',
        time,
        reading,
        reason: t('The server is not running: {0}', oneLine(firstLine(query.message))),
      };
    case 'unrecognised':
      return { kind: 'unknown', time, reason: notRecognised(query.message), last: reading };
  }
}

function answering(reading: Reading): NodeState {
  const { haState, senders, receivers, message } = reading.query;
  if (haState === null) {
    return { kind: 'degraded', reading, role: 'Unknown', reason: oneLine(message) };
  }
  const role = roleNamed(haState.localRole);
  const problems = [
    haState.dbState === 'Normal' ? undefined : haState.dbState,
    haState.detailInformation === 'Normal' || haState.detailInformation === ''
      ? undefined
      : oneLine(haState.detailInformation),
    role === 'Unknown' || role === 'Pending' ? t('role {0}', haState.localRole) : undefined,
    ...senders.map(senderProblem),
    ...receivers.map(receiverProblem),
  ].filter((problem) => problem !== undefined);
  return problems.length === 0
    ? { kind: 'ok', reading, role }
    : { kind: 'degraded', reading, role, reason: problems.join(', ') };
}

/** What is wrong with a channel on its sending side; the tool prints only process ids to users without the right. */
function senderProblem(sender: ReplicationTuple): string | undefined {
  const { channel } = sender;
  const [peerState, state] = [printed(sender.peerState), printed(sender.state)];
  if (peerState !== undefined && peerState !== 'Normal') {
    return t('sender to {0}: the peer is {1}', peerOf(channel), peerState);
  }
  return state === undefined || state === 'Streaming'
    ? undefined
    : t('sender to {0}: {1}', peerOf(channel), state);
}

/** What is wrong with a channel on its receiving side. */
function receiverProblem(receiver: ReplicationTuple): string | undefined {
  const { channel } = receiver;
  const [peerState, state] = [printed(receiver.peerState), printed(receiver.state)];
  if (state !== undefined && state !== 'Normal') {
    return t('receiver from {0}: {1}', peerOf(channel), state);
  }
  return peerState === undefined || peerState === 'Normal'
    ? undefined
    : t('receiver from {0}: the peer is {1}', peerOf(channel), peerState);
}

/** A value that was printed; NULL, which is all that a user without the right gets, is printed as nothing. */
function printed(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

function peerOf(channel: string | undefined): string {
  return (channel ?? '').replace(/^.*(?:-->|<--)/, '') || '?';
}

function withoutQuery(answer: QueryAnswer, query: GsCtlQuery): NodeState {
  const { time } = answer;
  const text = [answer.stdout, answer.stderr].filter((part) => part.trim() !== '').join('\n');
  if (text.includes('failed to init dss device')) {
    return {
      kind: 'offline',
      time,
      reason: t('dssserver does not answer: {0}', 'failed to init dss device'),
    };
  }
  const last: Reading = { query, raw: text, time };
  if (answer.code === 126 || answer.code === 127) {
    return {
      kind: 'unknown',
      time,
      last,
      reason: t('gs_ctl cannot be run: {0} Is GAUSSHOME right in opengauss.yaml?', oneLine(text)),
    };
  }
  return { kind: 'unknown', time, last, reason: notRecognised(text) };
}

function notRecognised(text: string): string {
  return text.trim() === ''
    ? t('gs_ctl query printed nothing.')
    : t('The answer of gs_ctl query is not recognised: {0}', oneLine(text));
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}

/** A text for one line of a tooltip or list. */
function oneLine(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
