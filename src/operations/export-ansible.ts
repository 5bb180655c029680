import type { Topology } from '../topology/types.ts';
import { exportPrelude } from './export-prelude.ts';
import type { Plan, StepScript } from './types.ts';

interface Task {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** Text that Ansible must not take for a template of its own. */
function raw(text: string): string {
  // A text that ends the block itself cannot be told apart; none of ours does.
  return `{% raw %}${text}{% endraw %}`;
}

function shell(body: string): Record<string, unknown> {
  return {
    'ansible.builtin.shell': `{{ prelude }}\n${raw(body)}`,
    args: { executable: '/bin/sh' },
  };
}

function tasks(script: StepScript, title: string, number: string): Task[] {
  const given = script.given ?? [];
  const environment = {
    ...Object.fromEntries(given.map((value) => [value.name, `{{ given_${value.name} }}`])),
    ...(script.needsPassword === true ? { PASSWORD: '{{ password }}' } : {}),
  };
  const words = {
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(script.needsPassword === true ? { no_log: true } : {}),
  };
  const check = `checked_${number}`;
  const password =
    script.needsPassword === true
      ? 'PASSWORD_FILE=$(mktemp) || exit 1\ntrap \'rm -f "$PASSWORD_FILE"\' EXIT\nprintf \'%s\\n\' "$PASSWORD" > "$PASSWORD_FILE"\n'
      : '';
  const functions = script.functions === undefined ? '' : `${script.functions}\n`;
  const list: Task[] = [];
  for (const value of given) {
    list.push(
      {
        name: `${title}: ${value.name}`,
        ...shell(value.command),
        delegate_to: value.host,
        register: `asked_${value.name}`,
        changed_when: false,
      },
      {
        name: `${title}: ${value.name} is known`,
        'ansible.builtin.set_fact': { [`given_${value.name}`]: `{{ asked_${value.name}.stdout }}` },
      },
    );
  }
  if (script.check !== undefined) {
    list.push({
      name: `${title}: is it true already?`,
      ...shell(functions + script.check),
      ...words,
      register: check,
      changed_when: false,
      failed_when: false,
    });
  }
  list.push({
    name: title,
    ...shell(`${functions}${password}set -e\n${script.run}`),
    ...words,
    ...(script.check === undefined ? {} : { when: `${check}.rc != 0` }),
  });
  if (script.verify !== undefined) {
    list.push({
      name: `${title}: verified`,
      ...shell(functions + script.verify),
      ...words,
      changed_when: false,
    });
  }
  return list;
}

function inventoryVariables(topology: Topology, host: string): Record<string, unknown> {
  const spec = topology.hosts[host];
  return {
    ...(host === 'local' ? { ansible_connection: 'local' } : {}),
    ...(spec?.hostName === undefined ? {} : { ansible_host: spec.hostName }),
    ...(spec?.port === undefined ? {} : { ansible_port: spec.port }),
    ...(spec?.user === undefined ? {} : { ansible_user: spec.user }),
    ...(spec?.identityFile === undefined
      ? {}
      : { ansible_ssh_private_key_file: spec.identityFile }),
    ...(spec?.proxyJump === undefined ? {} : { ansible_ssh_common_args: `-J ${spec.proxyJump}` }),
  };
}

/**
 * The plan as an Ansible playbook: the hosts are added from the topology, each step asks first whether it is true
 * already, and is verified afterwards. The password is prompted for and goes by the environment, never by a command line.
 */
export async function exportAnsiblePlaybook(plan: Plan): Promise<string> {
  const { stringify } = await import('../topology/lazy/yaml.ts');
  const scripts = plan.steps.flatMap((step) => step.scripts ?? []);
  const hosts = [
    ...new Set(
      scripts.flatMap((script) => [
        script.host,
        ...(script.given ?? []).map((value) => value.host),
      ]),
    ),
  ];
  const common = { gather_facts: false };
  const vars = { prelude: raw(exportPrelude) };
  const plays: Record<string, unknown>[] = [
    {
      name: plan.title,
      hosts: 'localhost',
      ...common,
      tasks: hosts.map((host) => ({
        name: `Host ${host}`,
        'ansible.builtin.add_host': { name: host, ...inventoryVariables(plan.topology, host) },
        changed_when: false,
      })),
    },
  ];
  let number = 0;
  for (const step of plan.steps) {
    for (const script of step.scripts ?? []) {
      number += 1;
      plays.push({
        name: step.title,
        hosts: script.host,
        ...common,
        vars,
        ...(script.needsPassword === true
          ? {
              vars_prompt: [
                { name: 'password', prompt: 'Password of the initial user', private: true },
              ],
            }
          : {}),
        tasks: tasks(script, step.title, String(number)),
      });
    }
  }
  return stringify(plays, { lineWidth: 0, aliasDuplicateObjects: true });
}
