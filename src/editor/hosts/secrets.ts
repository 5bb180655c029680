import type * as vscode from 'vscode';
import type { SecretStore } from '../../hosts/prompts.ts';

const prefix = 'openGauss.secret.';
const indexKey = 'secretKeys';

/**
 * Secrets in VS Code's SecretStorage, which encrypts them with the system's key ring. The names of what is kept stand
 * in the global state, because SecretStorage cannot list them and the user must be able to have them forgotten.
 */
export class EditorSecretStore implements SecretStore {
  private readonly storage: vscode.SecretStorage;
  private readonly memento: vscode.Memento;

  constructor(storage: vscode.SecretStorage, memento: vscode.Memento) {
    this.storage = storage;
    this.memento = memento;
  }

  async get(key: string): Promise<string | undefined> {
    return this.storage.get(prefix + key);
  }

  async save(key: string, secret: string): Promise<void> {
    await this.storage.store(prefix + key, secret);
    await this.memento.update(indexKey, [...new Set([...this.keys(), key])]);
  }

  async delete(key: string): Promise<void> {
    await this.storage.delete(prefix + key);
    await this.memento.update(
      indexKey,
      this.keys().filter((one) => one !== key),
    );
  }

  /** Forgets everything that was kept; answers how many secrets there were. */
  async deleteAll(): Promise<number> {
    const keys = this.keys();
    for (const key of keys) {
      await this.delete(key);
    }
    return keys.length;
  }

  private keys(): readonly string[] {
    return this.memento.get<readonly string[]>(indexKey, []);
  }
}
