import { t } from '../base/l10n.ts';
import { command, operand, quote } from '../hosts/quote.ts';
import type { Topology } from '../topology/types.ts';
import { exportPrelude, passwordFileLines } from './export-prelude.ts';
import { exportable } from './export-refusal.ts';
import type { Plan, ScriptValue, StepScript } from './types.ts';

/** How the script reaches a host: by `ssh` as the topology says, or by a shell of this machine. */
function reach(topology: Topology, host: string): string {
  if (host === 'local') {
    return 'sh -s';
  }
  const spec = topology.hosts[host];
  const options = command(
    ...(spec?.port === undefined ? [] : ['-p', String(spec.port)]),
    ...(spec?.user === undefined ? [] : ['-l', operand(spec.user)]),
    ...(spec?.identityFile === undefined ? [] : ['-i', operand(spec.identityFile)]),
    ...(spec?.proxyJump === undefined ? [] : ['-J', operand(spec.proxyJump)]),
    '--',
    operand(spec?.hostName ?? host),
    'sh -s',
  );
  return `ssh \${SSH_CONFIG:+-F "$SSH_CONFIG"} ${options}`;
}

function comment(text: string): string {
  return text
    .split('\n')
    .map((line) => `# ${line}`)
    .join('\n');
}

function functionOf(name: string, body: string): string {
  return `${name}() {\n${body}\n}`;
}

function valueLines(value: ScriptValue): string {
  return `${value.name}=$(on ${quote(value.host)} ${quote(value.command)}) || exit 1`;
}

function partLines(script: StepScript, title: string): string {
  const remote = [
    ...(script.functions === undefined ? [] : [script.functions]),
    ...(script.check === undefined
      ? [functionOf('check', 'false')]
      : [functionOf('check', script.check)]),
    functionOf('run', script.run),
    functionOf('verify', script.verify ?? 'true'),
  ].join('\n');
  return [
    ...(script.given ?? []).map(valueLines),
    `step ${quote(title)} ${quote(script.host)} ${quote((script.given ?? []).map((value) => value.name).join(' '))} <<'END_OF_STEP'`,
    remote,
    'END_OF_STEP',
  ].join('\n');
}

/**
 * The plan as a readable script for `sh`, with the same questions before and after each step as the plan itself. It
 * reaches the hosts by `ssh`, can be run again, and stops at the first failure. The password is asked for and goes to
 * the hosts by standard input. Rejects (`recipe-refused`) a plan that cannot be a script.
 */
export function exportShellScript(plan: Plan): string {
  const { scripts, hosts } = exportable(plan);
  const looking = plan.steps
    .filter((step) => (step.scripts ?? []).length === 0)
    .map((step) => step.title);
  const password = scripts.some((script) => script.needsPassword === true);
  const sections = plan.steps.flatMap((step) => {
    const parts = step.scripts ?? [];
    return parts.length === 0
      ? []
      : [
          [
            '',
            comment(step.title),
            ...(step.destructive === undefined
              ? []
              : [comment(`${t('Destructive:')} ${step.destructive}`)]),
            ...(step.restarts === undefined
              ? []
              : [comment(`${t('Stopped or restarted:')} ${step.restarts}`)]),
            ...parts.map((script) => partLines(script, `${step.title} (${script.host})`)),
          ].join('\n'),
        ];
  });
  return `#!/bin/sh
${comment(plan.title)}
${comment(t('Each step asks first whether its result is already true, and proves it afterwards. It can be run again.'))}
${comment(t('SSH_CONFIG may name another configuration of ssh than ~/.ssh/config.'))}
${looking.length === 0 ? '' : `${comment(t('Only the plan itself does what only looks: {0}.', looking.join('; ')))}\n`}${plan.notes.map((note) => `${comment(note)}\n`).join('')}set -u

# What runs on the hosts before each step.
PRELUDE=$(cat <<'END_OF_PRELUDE'
${exportPrelude}END_OF_PRELUDE
)

reach() {
  case "$1" in
${hosts.map((host) => `    ${quote(host)}) ${reach(plan.topology, host)} ;;`).join('\n')}
  esac
}

# on HOST COMMAND: prints what the command prints.
on() { printf '%s\\n%s\\n' "$PRELUDE" "$2" | reach "$1"; }

quoted() { printf "'%s'" "$(printf '%s' "$1" | sed "s/'/'\\\\\\\\''/g")"; }

# step TITLE HOST NAMES: the functions check, run and verify come on standard input.
step() {
  printf '%s\\n' "$1"
  body=$(cat)
  {
    printf '%s\\n' "$PRELUDE"
    for name in $3; do eval "value=\\$$name"; printf '%s=%s\\n' "$name" "$(quoted "$value")"; done
    case "$body" in *PASSWORD_FILE*)
      printf '%s\\n' ${passwordFileLines.map((line) => quote(line)).join(' ')}
      printf 'printf "%%s\\\\n" %s > "$PASSWORD_FILE"\\n' "$(quoted "$PASSWORD")" ;;
    esac
    printf '%s\\n' "$body" 'if check; then echo "  already true"; else (set -e; run) && verify || exit 1; echo "  done"; fi'
  } | reach "$2" || { printf '%s\\n' "Stopped at: $1" >&2; exit 1; }
}
${
  password
    ? `
printf '%s' 'Password of the initial user: ' >&2
stty -echo 2>/dev/null; IFS= read -r PASSWORD; stty echo 2>/dev/null; echo >&2
test -n "$PASSWORD" || exit 1
`
    : ''
}${sections.join('\n')}
`;
}
