import { parseGsCtlQuery } from '../../../../src/status/gs-ctl-query.ts';
import type { GsCtlQuery } from '../../../../src/status/types.ts';
import type { Lab } from '../../../lab/lab.ts';
import { Login } from './client.ts';
import type { Answer } from './client.ts';

/** Logins on all machines of a lab, and what the tests ask of its nodes. */
export class Nodes {
  private readonly lab: Lab;
  private readonly logins = new Map<string, Login>();

  constructor(lab: Lab) {
    this.lab = lab;
  }

  async login(host: string): Promise<Login> {
    const known = this.logins.get(host) ?? (await Login.open(this.lab.host(host)));
    this.logins.set(host, known);
    return known;
  }

  /** Runs a command on a node's machine, with the node's environment. */
  async run(id: string, command: string): Promise<Answer> {
    const node = this.lab.node(id);
    const env = Object.entries(node.env)
      .map(([name, value]) => `export ${name}='${value}'; `)
      .join('');
    return await (await this.login(node.host)).run(env + command);
  }

  async gsCtl(id: string, operation: string, options = ''): Promise<Answer> {
    return await this.run(id, `gs_ctl ${operation} -D ${this.lab.node(id).dataDir} ${options}`);
  }

  async query(id: string): Promise<GsCtlQuery> {
    return parseGsCtlQuery((await this.gsCtl(id, 'query')).stdout);
  }

  /** The role as `gs_ctl query` prints it; undefined when there is none to see. */
  async role(id: string): Promise<string | undefined> {
    return (await this.query(id)).haState?.localRole;
  }

  async sql(id: string, statement: string, options = '-A -t'): Promise<Answer> {
    const quoted = `'${statement.replace(/'/g, `'\\''`)}'`;
    return await this.run(id, `gsql -p ${this.lab.node(id).port} ${options} -c ${quoted}`);
  }

  close(): void {
    for (const login of this.logins.values()) {
      login.close();
    }
  }
}
