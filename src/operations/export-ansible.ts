import type { Topology } from '../topology/types.ts';
import { exportPrelude, passwordFileLines } from './export-prelude.ts';
import { exportable } from './export-refusal.ts';
import type { Plan, StepScript } from './types.ts';

interface Task {
  readonly name: string;
  readonly [key: string]: unknown;
}

/** Text that Ansible must not take for a template of its own. */
function raw(text: string): string {
  // What would end the block itself stands outside of it.
  const safe = text.replace(/\{%(?=[-+]?\s*endraw)/g, "{% endraw %}{{ '{%' }}{% raw %}");
  return `{% raw %}${safe}{% endraw %}`;
}

/** A word of the plan, which hardly ever holds what a template is made of. */
function word(text: string): string {
  return /\{[{%#]/.test(text) ? raw(text) : text;
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
    ...(script.needsPassword === true
      ? { PASSWORD: "{{ hostvars['localhost'].initial_password }}" }
      : {}),
  };
  const words = {
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(script.needsPassword === true ? { no_log: true } : {}),
  };
  const check = `checked_${number}`;
  const password =
    script.needsPassword === true
      ? `${passwordFileLines.join('\n')}\nprintf '%s\\n' "$PASSWORD" > "$PASSWORD_FILE"\n`
      : '';
  const functions = script.functions === undefined ? '' : `${script.functions}\n`;
  const list: Task[] = [];
  for (const value of given) {
    list.push(
      {
        name: word(`${title}: ${value.name}`),
        ...shell(value.command),
        delegate_to: word(value.host),
        register: `asked_${value.name}`,
        changed_when: false,
      },
      {
        name: word(`${title}: ${value.name} is known`),
        'ansible.builtin.set_fact': { [`given_${value.name}`]: `{{ asked_${value.name}.stdout }}` },
      },
    );
  }
  if (script.check !== undefined) {
    list.push({
      name: word(`${title}: is it true already?`),
      ...shell(functions + script.check),
      ...words,
      register: check,
      changed_when: false,
      failed_when: false,
    });
  }
  list.push({
    name: word(title),
    ...shell(`${functions}${password}set -e\n${script.run}`),
    ...words,
    ...(script.check === undefined ? {} : { when: `${check}.rc != 0` }),
  });
  if (script.verify !== undefined) {
    list.push({
      name: word(`${title}: verified`),
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
    ...(spec?.hostName === undefined ? {} : { ansible_host: word(spec.hostName) }),
    ...(spec?.port === undefined ? {} : { ansible_port: spec.port }),
    ...(spec?.user === undefined ? {} : { ansible_user: word(spec.user) }),
    ...(spec?.identityFile === undefined
      ? {}
      : { ansible_ssh_private_key_file: word(spec.identityFile) }),
    ...(spec?.proxyJump === undefined
      ? {}
      : { ansible_ssh_common_args: word(`-J ${spec.proxyJump}`) }),
  };
}

/**
 * The plan as an Ansible playbook: the hosts are added from the topology, each step asks first whether it is true
 * already, and is verified afterwards. The password is prompted for and goes by the environment, never by a command line.
 */
export async function exportAnsiblePlaybook(plan: Plan): Promise<string> {
  const { scripts, hosts } = exportable(plan);
  const { stringify } = await import('../topology/lazy/yaml.ts');
  const asks = scripts.some((script) => script.needsPassword === true);
  const common = { gather_facts: false };
  const vars = { prelude: raw(exportPrelude) };
  const plays: Record<string, unknown>[] = [
    {
      name: word(plan.title),
      hosts: 'localhost',
      ...common,
      ...(asks
        ? {
            vars_prompt: [
              { name: 'password', prompt: 'Password of the initial user', private: true },
            ],
          }
        : {}),
      tasks: [
        ...hosts.map((host) => ({
          name: word(`Host ${host}`),
          'ansible.builtin.add_host': {
            name: word(host),
            ...inventoryVariables(plan.topology, host),
          },
          changed_when: false,
        })),
        ...(asks
          ? [
              {
                name: 'Password of the initial user',
                'ansible.builtin.set_fact': { initial_password: '{{ password }}' },
                no_log: true,
              },
            ]
          : []),
      ],
    },
  ];
  let number = 0;
  for (const step of plan.steps) {
    for (const script of step.scripts ?? []) {
      number += 1;
      plays.push({
        name: word(step.title),
        hosts: word(script.host),
        ...common,
        vars,
        tasks: tasks(script, step.title, String(number)),
      });
    }
  }
  return stringify(plays, { lineWidth: 0, aliasDuplicateObjects: true });
}
